// Sockets that are connecting at the same time.
#pragma once

#include <chrono>
#include <cstddef>
#include <netdb.h>
#include <poll.h>
#include <vector>

namespace remctl_addon {

// The attempts that go on. Closes those that are left in the end.
class Attempts {
 public:
  Attempts() = default;
  ~Attempts();
  Attempts(const Attempts &) = delete;
  Attempts &operator=(const Attempts &) = delete;

  size_t size() const { return waiting_.size(); }

  // Begins to connect to an address, from `source` unless that is null. Gives up the oldest attempt
  // if there are too many. Returns 0, or the errno if the attempt has failed already.
  int begin(const addrinfo &address, const addrinfo *source);

  // Waits until an attempt ends, at most so long. Returns the socket of the first attempt that has
  // connected, which is the caller's then, or -1. Sets `error` to the errno of the last attempt
  // that failed, or 0.
  int wait(std::chrono::milliseconds longest, int &error);

 private:
  std::vector<pollfd> waiting_;
};

}  // namespace remctl_addon
