// The class Session that JavaScript sees.
#pragma once

#include <napi.h>

namespace remctl_addon {

// Returns the constructor of the class: src/addon.ts declares its arguments and methods. A
// connection closes if its object is collected.
Napi::Function define_session(Napi::Env env);

}  // namespace remctl_addon
