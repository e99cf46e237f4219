// A TCP connection to a name, by its first address that answers.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "failure.h"

namespace remctl_addon {

struct DialOptions {
  std::string host;
  int port = 0;
  // A numeric address to connect from; only addresses of its family are tried. Empty for any.
  std::string source;
  // Milliseconds after which the caller gives up; 0 for never. Every address has its turn before.
  int timeout_ms = 0;
};

// Resolves the name and connects. Returns a blocking socket, or -1 with the failure set, whose
// phase is Resolve or Connect. Calls `on_resolved` between the two.
//
// Tries addresses beside one another (RFC 8305), so that an address that never answers holds up the
// others by 250 ms and no more. Blocks: nothing can interrupt getaddrinfo; connecting ends within
// 50 ms after `aborted` is set.
int dial(const DialOptions &options, const std::atomic<bool> &aborted,
         const std::function<void()> &on_resolved, Failure &failure);

}  // namespace remctl_addon
