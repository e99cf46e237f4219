// Begins attempts to connect, and waits for the first that succeeds.
#include "attempts.h"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

#include "close-on-exec.h"

namespace remctl_addon {

namespace {

// How many attempts may go on at the same time. Whoever controls DNS chooses how many addresses
// there are, and each attempt holds a descriptor.
constexpr size_t kMostAttempts = 16;

// Returns the errno that a socket's connect ended with, or 0 if it has connected.
int result_of(int fd) {
  int failed = 0;
  socklen_t length = sizeof(failed);
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &length) < 0 ? errno : failed;
}

}  // namespace

Attempts::~Attempts() {
  for (const pollfd &each : waiting_) {
    close(each.fd);
  }
}

int Attempts::begin(const addrinfo &address, const addrinfo *source) {
  if (waiting_.size() == kMostAttempts) {
    close(waiting_.front().fd);
    waiting_.erase(waiting_.begin());
  }
  int fd = make_socket(address.ai_family, address.ai_socktype, address.ai_protocol);
  if (fd < 0) {
    return errno;
  }
  bool refused = (source != nullptr && bind(fd, source->ai_addr, source->ai_addrlen) < 0) ||
                 (connect(fd, address.ai_addr, address.ai_addrlen) < 0 && errno != EINPROGRESS);
  if (refused) {
    int error = errno;
    close(fd);
    return error;
  }
  waiting_.push_back({fd, POLLOUT, 0});
  return 0;
}

int Attempts::wait(std::chrono::milliseconds longest, int &error) {
  error = 0;
  int ready = poll(waiting_.data(), waiting_.size(), static_cast<int>(longest.count()));
  if (ready < 0) {
    if (errno != EINTR) {
      error = errno;
    }
    return -1;
  }
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    if (each->revents == 0) {
      ++each;
      continue;
    }
    int fd = each->fd;
    each = waiting_.erase(each);
    int failed = result_of(fd);
    if (failed == 0) {
      return fd;
    }
    error = failed;
    close(fd);
  }
  return -1;
}

}  // namespace remctl_addon
