// A context of libkrb5 that frees itself.
#pragma once

#include <memory>
#include <type_traits>

#include "libraries.h"

namespace remctl_addon {

struct FreeContext {
  void operator()(krb5_context context) const { libraries().krb5_free_context(context); }
};

using Context = std::unique_ptr<std::remove_pointer_t<krb5_context>, FreeContext>;

// Returns a new context, which has read krb5.conf, or null if libkrb5 has none.
inline Context make_context() {
  krb5_context made = nullptr;
  return Context(libraries().krb5_init_context(&made) == 0 ? made : nullptr);
}

}  // namespace remctl_addon
