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

// JavaScript gets all events in one array, and each event is so many elements of it, in this order.
// TypeScript declares the same list (src/session-events.ts), and test/border.test.ts compares the
// two.
constexpr const char *kEventMembers[] = {"type", "phase", "number", "data", "code"};

class Outbox {
 public:
  // Adds events behind those that wait. Returns whether none waited: the event loop is to be woken
  // then. Called on the session's thread.
  bool add(std::vector<std::unique_ptr<Event>> events);

  // Takes all events out and calls `notify`, a function of JavaScript, with their array. Called on
  // the environment's thread.
  //
  // Gives up without a word if Node-API refuses any call, and so uses Node-API itself: in a worker
  // that is being terminated every call may fail, which node-addon-api answers by ending the
  // process. There is nobody to tell then, and nothing is lost.
  void deliver(napi_env env, napi_value notify);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Event>> events_;
};

}  // namespace remctl_addon
