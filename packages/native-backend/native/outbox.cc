// Turns events into the elements of a JavaScript array.
#include "outbox.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

namespace remctl_addon {

namespace {

constexpr size_t kMembers = std::size(kEventMembers);

// Makes the value of an event's data: a Buffer for bytes of the server, a string for a text.
napi_status data_of(napi_env env, const Event &event, napi_value *data) {
  if (event.type == Event::Type::Output || event.type == Event::Type::Error) {
    return napi_create_buffer_copy(env, event.data.size(), event.data.data(), nullptr, data);
  }
  return napi_create_string_utf8(env, event.data.data(), event.data.size(), data);
}

// Puts an event's members into the array, from the index `at`, which moves on. Returns false if
// Node-API refused.
bool append(napi_env env, napi_value array, uint32_t &at, const Event &event) {
  const char *phase = event.phase.has_value() ? name_of(*event.phase) : "";
  napi_value members[kMembers];
  if (napi_create_int32(env, static_cast<int>(event.type), &members[0]) != napi_ok ||
      napi_create_string_utf8(env, phase, NAPI_AUTO_LENGTH, &members[1]) != napi_ok ||
      napi_create_int32(env, event.number, &members[2]) != napi_ok ||
      data_of(env, event, &members[3]) != napi_ok ||
      napi_create_string_utf8(env, event.code.c_str(), event.code.size(), &members[4]) != napi_ok) {
    return false;
  }
  for (napi_value member : members) {
    if (napi_set_element(env, array, at++, member) != napi_ok) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool Outbox::add(std::vector<std::unique_ptr<Event>> events) {
  std::lock_guard<std::mutex> lock(mutex_);
  bool first = events_.empty();
  for (auto &event : events) {
    events_.push_back(std::move(event));
  }
  return first;
}

void Outbox::deliver(napi_env env, napi_value notify) {
  std::vector<std::unique_ptr<Event>> events;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    events.swap(events_);
  }
  napi_value array;
  napi_value undefined;
  if (events.empty() ||
      napi_create_array_with_length(env, events.size() * kMembers, &array) != napi_ok ||
      napi_get_undefined(env, &undefined) != napi_ok) {
    return;
  }
  uint32_t at = 0;
  for (const auto &event : events) {
    if (!append(env, array, at, *event)) {
      return;
    }
  }
  // An error that the function throws stays pending, and Node reports it as uncaught.
  (void)napi_call_function(env, undefined, notify, 1, &array, nullptr);
}

}  // namespace remctl_addon
