// A TCP connection to a name: every address of it, from a source address, and interruptible.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "phase.h"

namespace remctl_addon {

struct DialOptions {
  std::string host;
  int port = 0;
  // A numeric address, of whose family alone addresses are tried; empty for any.
  std::string source;
  // Milliseconds after which the caller gives up, so that every address has its turn before; 0 for never.
  int timeout_ms = 0;
};

struct DialFailure {
  // Resolve or Connect.
  Phase phase = Phase::Resolve;
  // The system's text.
  std::string message;
  // Such as "ECONNREFUSED" or "ENOTFOUND".
  std::string code;
};

// Connects and returns a blocking socket, or -1 with the failure set. Addresses are tried one beside the
// other (RFC 8305), so that one that never answers holds up the rest by 250 ms and no more. Blocks:
// getaddrinfo cannot be interrupted; connecting ends within 50 ms after `aborted` is set. `on_resolved`
// is called between the two.
int dial(const DialOptions &options, const std::atomic<bool> &aborted,
         const std::function<void()> &on_resolved, DialFailure &failure);

}  // namespace remctl_addon
