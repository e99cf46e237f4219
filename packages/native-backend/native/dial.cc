// Resolves a name, and connects to its addresses in turn.
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
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "attempts.h"
#include "host-lookup.h"
#include "system-error.h"

namespace remctl_addon {

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

// How often a thread that waits for a connect checks whether it was aborted.
constexpr Milliseconds kAbortPoll{50};

// How long an attempt is alone before the next address is tried beside it: the recommended
// Connection Attempt Delay, and the least that is allowed at all (RFC 8305, section 5).
constexpr Milliseconds kAttemptDelay{250};
constexpr Milliseconds kLeastAttemptDelay{10};

using Addresses = std::vector<const addrinfo *>;

// Returns the address that a text gives in numbers, or null if it gives none.
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

// Returns the addresses of the source's family, or all of them if there is no source. They have the
// order of the list, except that families take turns, beginning with the first address's (RFC 8305,
// section 4). If one family leads nowhere, the other is then not left until last.
Addresses interleaved(const addrinfo *list, const addrinfo *source) {
  Addresses first;
  Addresses others;
  for (const addrinfo *each = list; each != nullptr; each = each->ai_next) {
    if (source != nullptr && each->ai_family != source->ai_family) {
      continue;
    }
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

// Connects to one of the addresses (RFC 8305, section 5). The next address is tried when the last
// one has had its time, or when one has failed; the first to connect wins. Returns its socket, or
// -1 with `error` set. An attempt that is given up leaves ETIMEDOUT, unless another one fails.
int connect_to_one(const Addresses &addresses, const addrinfo *source, Milliseconds delay,
                   const std::atomic<bool> &aborted, int &error) {
  Attempts attempts;
  auto next = addresses.begin();
  error = ETIMEDOUT;
  Clock::time_point turn = Clock::now();
  // A shortage is the error that the caller can mend, so no later error takes its place.
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
      // Rounded up, so that it is the next address's turn afterwards.
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

// Returns how long each address is alone: the recommended delay, or less if all addresses would
// otherwise not have their turn within half of the time-out.
Milliseconds attempt_delay(size_t addresses, int timeout_ms) {
  if (timeout_ms == 0) {
    return kAttemptDelay;
  }
  Milliseconds share{timeout_ms / static_cast<long long>(2 * addresses)};
  return std::clamp(share, kLeastAttemptDelay, kAttemptDelay);
}

// Makes a connected socket ready for libremctl, which expects a blocking one, and notes where it
// leads. Returns 0, or the errno.
int prepare(int fd, Reached &reached) {
  reached.length = sizeof(reached.address);
  if (getpeername(fd, reinterpret_cast<sockaddr *>(&reached.address), &reached.length) < 0) {
    return errno;
  }
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0) {
    return errno;
  }
  // Requests are small and answered at once, so Nagle's algorithm would only delay them. Keep-alive
  // finds a server that went away without a word. A connection works without either.
  int on = 1;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  return 0;
}

// Looks up the host to connect to. With `canonicalize` that is the canonical name, which is looked
// up in its turn: the hosts file may have it at another address.
bool look_up_target(const DialOptions &options,
                    const std::function<void(const std::string &)> &on_canonical,
                    Reached &reached, Host &host, Failure &failure) {
  reached.host = options.host;
  if (options.canonicalize) {
    if (!look_up(options.host, options.port, host, failure)) {
      return false;
    }
    reached.host = host.canonical;
    on_canonical(reached.host);
    if (reached.host == options.host) {
      return true;
    }
  }
  return options.is_canonical_needed
             ? look_up_canonical(reached.host, options.port, host, failure)
             : look_up(reached.host, options.port, host, failure);
}

}  // namespace

bool dial(const DialOptions &options, const std::atomic<bool> &aborted,
          const std::function<void(const std::string &)> &on_canonical,
          const std::function<void()> &on_resolved, Reached &reached, Failure &failure) {
  AddrinfoList source;
  if (!options.source.empty()) {
    source = numeric_address(options.source);
    if (source == nullptr) {
      failure = {Phase::Resolve,
                 "the source " + options.source + " is no address of this machine's families",
                 "EADDRNOTAVAIL"};
      return false;
    }
  }
  Host host;
  if (!look_up_target(options, on_canonical, reached, host, failure)) {
    return false;
  }
  reached.canonical = host.canonical;
  reached.is_confirmed = host.is_confirmed;
  reached.has_others = host.addresses->ai_next != nullptr;
  Addresses addresses = interleaved(host.addresses.get(), source.get());
  if (addresses.empty()) {
    failure = {Phase::Resolve, gai_strerror(EAI_ADDRFAMILY), "EAI_ADDRFAMILY"};
    return false;
  }
  on_resolved();

  Milliseconds delay = attempt_delay(addresses.size(), options.timeout_ms);
  int error = ECANCELED;
  int fd = connect_to_one(addresses, source.get(), delay, aborted, error);
  if (fd >= 0) {
    error = prepare(fd, reached);
    if (error == 0) {
      reached.fd = fd;
      return true;
    }
    close(fd);
  }
  failure = system_failure(Phase::Connect, error);
  return false;
}

}  // namespace remctl_addon
