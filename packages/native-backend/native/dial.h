// A TCP connection to a name, by its first address that answers.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <sys/socket.h>

#include "failure.h"

namespace remctl_addon {

struct DialOptions {
  std::string host;
  int port = 0;
  // A numeric address to connect from; only addresses of its family are tried. Empty for any.
  std::string source;
  // Milliseconds after which the caller gives up; 0 for never. Every address has its turn before.
  int timeout_ms = 0;
  // Whether to connect to the canonical name of the host, as the program `remctl` does.
  bool canonicalize = false;
  // Whether the addresses must be those of the canonical name. DNS may answer with several hosts.
  bool is_canonical_needed = false;
};

// The end of a connection, and the names that led there.
struct Reached {
  int fd = -1;
  // The host's name: with `canonicalize`, the canonical one.
  std::string host;
  // The canonical name of `host`.
  std::string canonical;
  // Whether a look-up of the canonical name is known to give the same name.
  bool is_confirmed = false;
  sockaddr_storage address{};
  socklen_t length = 0;
  // Whether the host has more addresses than this one.
  bool has_others = false;
};

// Resolves the name and connects. Gives a blocking socket, or returns false with the failure set,
// whose phase is Resolve or Connect. Calls `on_canonical` with the canonical name as soon as that
// takes the host's place, and `on_resolved` before the first attempt to connect.
//
// Tries addresses beside one another (RFC 8305), so that an address that never answers holds up the
// others by 250 ms and no more. Blocks: nothing can interrupt getaddrinfo; connecting ends within
// 50 ms after `aborted` is set.
bool dial(const DialOptions &options, const std::atomic<bool> &aborted,
          const std::function<void(const std::string &)> &on_canonical,
          const std::function<void()> &on_resolved, Reached &reached, Failure &failure);

}  // namespace remctl_addon
