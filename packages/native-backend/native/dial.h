// A TCP connection to a name: every address of it, from a source address, and interruptible.
#pragma once

#include <atomic>
#include <functional>
#include <string>

namespace remctl_addon {

struct DialFailure {
  // "resolve" or "connect".
  const char *phase = "";
  // The system's text.
  std::string message;
  // Such as "ECONNREFUSED" or "ENOTFOUND".
  std::string code;
};

// Connects and returns a blocking socket, or -1 with the failure set. Only addresses of the source's
// family are tried where there is a source. Blocks: getaddrinfo cannot be interrupted; connecting
// ends within 50 ms after `aborted` is set, as does the loop over the addresses. `on_resolved` is
// called between the two.
int dial(const std::string &host, int port, const std::string &source,
         const std::atomic<bool> &aborted, const std::function<void()> &on_resolved,
         DialFailure &failure);

// The name of an errno, such as "ECONNRESET"; "E<number>" for those without one here.
std::string errno_name(int number);

}  // namespace remctl_addon
