// Events on their way from a session's thread to JavaScript.
//
// One wake-up of the event loop carries all the events that have gathered since the last one:
// output comes in many small pieces, and a wake-up for each would cost more than the piece.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include <node_api.h>

#include "event.h"

namespace remctl_addon {

// JavaScript gets all events in one array. Each event takes five elements of it, in this order.
// TypeScript declares the same list (src/session-events.ts); test/border.test.ts compares the two.
constexpr const char *kEventMembers[] = {"type", "phase", "number", "data", "code"};

class Outbox {
 public:
  // Adds events behind those that wait. Returns true if none waited: the caller then wakes the
  // event loop. Called on the session's thread.
  bool add(std::vector<std::unique_ptr<Event>> events);

  // Takes all events out and calls `notify`, a function of JavaScript, with their array. Called on
  // the environment's thread.
  //
  // Uses Node-API itself, and returns if it refuses any call. In a worker that is being terminated
  // every call may fail, and node-addon-api would then end the process. Nothing is lost: nobody is
  // left to tell.
  void deliver(napi_env env, napi_value notify);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Event>> events_;
};

}  // namespace remctl_addon
