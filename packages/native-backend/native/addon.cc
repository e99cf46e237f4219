// The module that Node loads: src/addon.ts declares its members.
#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "event.h"
#include "layout.h"
#include "libraries.h"
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

// loadLibraries(): loads libremctl and libkrb5. Returns undefined, or what is wrong: src/addon.ts
// declares the object's members.
Napi::Value load(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  remctl_addon::LoadFailure failure;
  if (remctl_addon::load_libraries(failure)) {
    return env.Undefined();
  }
  Napi::Array attempts = Napi::Array::New(env, failure.attempts.size());
  for (size_t n = 0; n < failure.attempts.size(); n++) {
    Napi::Object attempt = Napi::Object::New(env);
    attempt.Set("file", Napi::String::New(env, failure.attempts[n].file));
    attempt.Set("reason", Napi::String::New(env, failure.attempts[n].reason));
    attempts.Set(static_cast<uint32_t>(n), attempt);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("library", Napi::String::New(env, failure.library));
  result.Set("attempts", attempts);
  result.Set("path", Napi::String::New(env, failure.path));
  result.Set("function", Napi::String::New(env, failure.function));
  result.Set("since", Napi::String::New(env, failure.since));
  result.Set("isHeimdal", Napi::Boolean::New(env, failure.is_heimdal));
  return result;
}

// supportsProtocol1(): whether the layout of libremctl's struct is known. Loads the libraries.
Napi::Value supports_protocol_1(const Napi::CallbackInfo &info) {
  remctl_addon::LoadFailure failure;
  bool is_known = remctl_addon::load_libraries(failure) && remctl_addon::layout_is_known();
  return Napi::Boolean::New(info.Env(), is_known);
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("Session", remctl_addon::define_session(env));
  exports.Set("loadLibraries", Napi::Function::New<load>(env));
  exports.Set("supportsProtocol1", Napi::Function::New<supports_protocol_1>(env));
  exports.Set("eventTypes", array_of(env, remctl_addon::kEventTypeNames));
  exports.Set("eventMembers", array_of(env, remctl_addon::kEventMembers));
  exports.Set("phases", array_of(env, remctl_addon::kPhaseNames));
  return exports;
}

}  // namespace

NODE_API_MODULE(remctl, init)
