// The module that Node loads: src/addon.ts declares its members.
#include <napi.h>

#include <cstddef>
#include <cstdint>

#include "event.h"
#include "layout.h"
#include "outbox.h"
#include "phase.h"
#include "session-handle.h"

namespace {

// Makes a JavaScript array of a table of names.
template <size_t length>
Napi::Array array_of(Napi::Env env, const char *const (&names)[length]) {
  Napi::Array array = Napi::Array::New(env, length);
  for (size_t n = 0; n < length; n++) {
    array.Set(static_cast<uint32_t>(n), Napi::String::New(env, names[n]));
  }
  return array;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("Session", remctl_addon::define_session(env));
  exports.Set("supportsProtocol1", Napi::Boolean::New(env, remctl_addon::layout_is_known()));
  exports.Set("eventTypes", array_of(env, remctl_addon::kEventTypeNames));
  exports.Set("eventMembers", array_of(env, remctl_addon::kEventMembers));
  exports.Set("phases", array_of(env, remctl_addon::kPhaseNames));
  return exports;
}

}  // namespace

NODE_API_MODULE(remctl, init)
