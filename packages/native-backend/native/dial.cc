#include "dial.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "system-error.h"

namespace remctl_addon {

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

// How often a thread that waits for a connect looks whether it was aborted.
constexpr Milliseconds kAbortPoll{50};

// How long an attempt is alone before the next address is tried beside it: the recommended Connection
// Attempt Delay, and the least that is allowed at all (RFC 8305, section 5).
constexpr Milliseconds kAttemptDelay{250};
constexpr Milliseconds kLeastAttemptDelay{10};

// How many attempts may go on at the same time: the oldest is given up for one more. Whoever controls DNS
// chooses how many addresses there are, and each attempt holds a descriptor.
constexpr size_t kMostAttempts = 16;

struct FreeAddrinfo {
  void operator()(addrinfo *list) const { freeaddrinfo(list); }
};

using AddrinfoList = std::unique_ptr<addrinfo, FreeAddrinfo>;
using Addresses = std::vector<const addrinfo *>;

AddrinfoList numeric_address(const std::string &text) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo *list = nullptr;
  if (getaddrinfo(text.c_str(), nullptr, &hints, &list) != 0) {
    return nullptr;
  }
  return AddrinfoList(list);
}

// The addresses in the order of the list, but families in turn, beginning with the first one's (RFC 8305,
// section 4): where one family leads nowhere, the other is not left until last.
Addresses interleaved(const addrinfo *list) {
  Addresses first;
  Addresses others;
  for (const addrinfo *each = list; each != nullptr; each = each->ai_next) {
    (each->ai_family == list->ai_family ? first : others).push_back(each);
  }
  Addresses all;
  for (size_t n = 0; n < std::max(first.size(), others.size()); n++) {
    if (n < first.size()) {
      all.push_back(first[n]);
    }
    if (n < others.size()) {
      all.push_back(others[n]);
    }
  }
  return all;
}

// A non-blocking socket that no child inherits, not even one that another thread starts meanwhile. Returns
// it, or -1 with errno set.
int make_socket(const addrinfo &address) {
#if defined(SOCK_CLOEXEC) && defined(SOCK_NONBLOCK)
  return socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                address.ai_protocol);
#else
  // This system cannot make and mark one in one step.
  int fd = socket(address.ai_family, address.ai_socktype, address.ai_protocol);
  if (fd < 0) {
    return -1;
  }
  int flags = fcntl(fd, F_GETFL);
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || flags < 0 ||
      fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
#endif
}

// The attempts that go on, each a socket that is connecting. Closes those that are left in the end.
class Attempts {
 public:
  Attempts() = default;
  Attempts(const Attempts &) = delete;
  Attempts &operator=(const Attempts &) = delete;
  ~Attempts() {
    for (const pollfd &each : waiting_) {
      close(each.fd);
    }
  }

  size_t size() const { return waiting_.size(); }

  // Begins one. Returns 0, or the errno where it has failed already.
  int begin(const addrinfo &address, const addrinfo *source) {
    if (waiting_.size() == kMostAttempts) {
      close(waiting_.front().fd);
      waiting_.erase(waiting_.begin());
    }
    int fd = make_socket(address);
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

  // Waits so long at most for one of them to end. Returns the socket of the first that has connected,
  // which is the caller's then, or -1; `error` is what the last one failed with, or 0.
  int wait(Milliseconds longest, int &error) {
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
      int failed = 0;
      socklen_t length = sizeof(failed);
      if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &length) < 0) {
        failed = errno;
      }
      if (failed == 0) {
        return fd;
      }
      error = failed;
      close(fd);
    }
    return -1;
  }

 private:
  std::vector<pollfd> waiting_;
};

// Connects to one of the addresses (RFC 8305, section 5): the next is tried when the last has had its
// time, or when one has failed; the first to connect wins. Returns its socket, or -1 with `error` set.
// Attempts that are given up leave ETIMEDOUT where no other has failed.
int connect_to_one(const Addresses &addresses, const addrinfo *source, Milliseconds delay,
                   const std::atomic<bool> &aborted, int &error) {
  Attempts attempts;
  auto next = addresses.begin();
  error = ETIMEDOUT;
  Clock::time_point turn = Clock::now();
  auto note = [&error](int failed) {
    note_shortage(failed);
    if (!is_shortage(error)) {
      error = failed;
    }
  };
  for (;;) {
    if (aborted) {
      error = ECANCELED;
      return -1;
    }
    Clock::time_point now = Clock::now();
    bool more = next != addresses.end();
    if (more && now >= turn) {
      int failed = attempts.begin(**next++, source);
      if (failed == 0) {
        turn = now + delay;
      } else {
        note(failed);
      }
      continue;
    }
    if (attempts.size() == 0) {
      return -1;
    }
    Milliseconds longest = kAbortPoll;
    if (more) {
      // Rounded up, so that it is the next one's turn afterwards.
      auto left = std::chrono::duration_cast<Milliseconds>(turn - now) + Milliseconds(1);
      longest = std::min(longest, left);
    }
    int failed = 0;
    int fd = attempts.wait(longest, failed);
    if (fd >= 0) {
      return fd;
    }
    if (failed != 0) {
      note(failed);
      turn = now;
    }
  }
}

// How long each address is alone: shorter where not all would have their turn in half of the time-out else.
Milliseconds attempt_delay(size_t addresses, int timeout_ms) {
  if (timeout_ms == 0) {
    return kAttemptDelay;
  }
  Milliseconds share{timeout_ms / static_cast<long long>(2 * addresses)};
  return std::clamp(share, kLeastAttemptDelay, kAttemptDelay);
}

// Makes a socket what the library expects. Returns 0, or the errno.
int prepare(int fd) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0) {
    return errno;
  }
  // Requests are small and answered at once: Nagle's wait would only add to them. Keep-alive finds a
  // peer that went away without a word. Neither is worth failing for.
  int on = 1;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  return 0;
}

}  // namespace

int dial(const DialOptions &options, const std::atomic<bool> &aborted,
         const std::function<void()> &on_resolved, DialFailure &failure) {
  failure.phase = Phase::Resolve;
  AddrinfoList source;
  if (!options.source.empty()) {
    source = numeric_address(options.source);
    if (source == nullptr) {
      failure.message =
          "the source " + options.source + " is no address of this machine's families";
      failure.code = "EADDRNOTAVAIL";
      return -1;
    }
  }
  addrinfo hints{};
  hints.ai_family = source != nullptr ? source->ai_family : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo *list = nullptr;
  unsigned noted = shortages_noted();
  int status =
      getaddrinfo(options.host.c_str(), std::to_string(options.port).c_str(), &hints, &list);
  if (status != 0) {
    int error = status == EAI_SYSTEM ? errno : 0;
    note_shortage(error);
    int shortage = shortage_since(noted);
    if (shortage != 0) {
      failure.message = std::strerror(shortage);
      failure.code = errno_name(shortage);
      return -1;
    }
    failure.message = error != 0 ? std::strerror(error) : gai_strerror(status);
    failure.code = status == EAI_AGAIN ? "EAI_AGAIN" : "ENOTFOUND";
    return -1;
  }
  AddrinfoList owner(list);
  on_resolved();

  failure.phase = Phase::Connect;
  Addresses addresses = interleaved(list);
  Milliseconds delay = attempt_delay(addresses.size(), options.timeout_ms);
  int error = ECANCELED;
  int fd = connect_to_one(addresses, source.get(), delay, aborted, error);
  if (fd >= 0) {
    error = prepare(fd);
    if (error == 0) {
      return fd;
    }
    close(fd);
  }
  failure.message = std::strerror(error);
  failure.code = errno_name(error);
  return -1;
}

}  // namespace remctl_addon
