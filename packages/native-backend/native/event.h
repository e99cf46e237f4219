// What a session tells its owner.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "phase.h"

namespace remctl_addon {

struct Event {
  enum class Type {
    Phase,
    Canonical,
    Reached,
    Ticket,
    Opened,
    Sent,
    Output,
    Status,
    Error,
    Noop,
    Closed,
    Failed
  };

  Type type;
  // Phase: the phase that begins. Failed: the phase that failed.
  std::optional<Phase> phase;
  // Opened: the protocol. Output: the stream. Status: the exit status. Error: the error code.
  // Ticket: its end, an unsigned number of seconds since 1970.
  int number = 0;
  // Canonical: the name that takes the host's place. Reached: the address. Ticket: the server's
  // principal. Output and Error: the bytes. Failed: the text.
  std::string data;
  // Failed: the system's error as in failure.h, or empty if the text is libremctl's. Ticket: the
  // client's principal.
  std::string code;
};

// The names of the types, in the order of the enum: JavaScript gets the number, and finds the name
// in its own list (src/session-events.ts). test/border.test.ts compares the two lists.
constexpr const char *kEventTypeNames[] = {"phase",  "canonical", "reached", "ticket",
                                           "opened", "sent",      "output",  "status",
                                           "error",  "noop",      "closed",  "failed"};

static_assert(std::size(kEventTypeNames) == static_cast<size_t>(Event::Type::Failed) + 1,
              "every type of event has one name");

// Returns a new event that has nothing but its type and its number.
inline std::unique_ptr<Event> make_event(Event::Type type, int number = 0) {
  auto event = std::make_unique<Event>();
  event->type = type;
  event->number = number;
  return event;
}

}  // namespace remctl_addon
