#include "dial.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace remctl_addon {

namespace {

// How often a thread that waits for a connect looks whether it was aborted.
constexpr int kAbortPollMs = 50;

struct FreeAddrinfo {
  void operator()(addrinfo *list) const { freeaddrinfo(list); }
};

using AddrinfoList = std::unique_ptr<addrinfo, FreeAddrinfo>;

AddrinfoList numeric_address(const std::string &text) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo *list = nullptr;
  if (getaddrinfo(text.c_str(), nullptr, &hints, &list) != 0) return nullptr;
  return AddrinfoList(list);
}

// Opens one non-blocking connect. Returns 0, or the errno.
int connect_address(const addrinfo &address, const addrinfo *source,
                    const std::atomic<bool> &aborted, int &result) {
  int fd = socket(address.ai_family, address.ai_socktype, address.ai_protocol);
  if (fd < 0) return errno;
  auto fail = [fd](int error) {
    close(fd);
    return error;
  };
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return fail(errno);
  if (source != nullptr && bind(fd, source->ai_addr, source->ai_addrlen) < 0) return fail(errno);
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return fail(errno);
  if (connect(fd, address.ai_addr, address.ai_addrlen) < 0) {
    if (errno != EINPROGRESS) return fail(errno);
    pollfd waiting{fd, POLLOUT, 0};
    for (;;) {
      if (aborted) return fail(ECANCELED);
      int ready = poll(&waiting, 1, kAbortPollMs);
      if (ready > 0) break;
      if (ready < 0 && errno != EINTR) return fail(errno);
    }
    int error = 0;
    socklen_t length = sizeof(error);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return fail(errno);
    if (error != 0) return fail(error);
  }
  if (fcntl(fd, F_SETFL, flags) < 0) return fail(errno);
  // Requests are small and answered at once: Nagle's wait would only add to them. Keep-alive finds a
  // peer that went away without a word. Neither is worth failing for.
  int on = 1;
  (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  (void) setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  result = fd;
  return 0;
}

}  // namespace

std::string errno_name(int number) {
  switch (number) {
    case EACCES: return "EACCES";
    case EADDRINUSE: return "EADDRINUSE";
    case EADDRNOTAVAIL: return "EADDRNOTAVAIL";
    case EAFNOSUPPORT: return "EAFNOSUPPORT";
    case ECANCELED: return "ECANCELED";
    case ECONNREFUSED: return "ECONNREFUSED";
    case ECONNRESET: return "ECONNRESET";
    case EHOSTUNREACH: return "EHOSTUNREACH";
    case EINVAL: return "EINVAL";
    case EMFILE: return "EMFILE";
    case ENETUNREACH: return "ENETUNREACH";
    case ENFILE: return "ENFILE";
    case EPERM: return "EPERM";
    case EPIPE: return "EPIPE";
    case ETIMEDOUT: return "ETIMEDOUT";
    default: return "E" + std::to_string(number);
  }
}

int dial(const std::string &host, int port, const std::string &source_text,
         const std::atomic<bool> &aborted, const std::function<void()> &on_resolved,
         DialFailure &failure) {
  failure.phase = "resolve";
  AddrinfoList source;
  if (!source_text.empty()) {
    source = numeric_address(source_text);
    if (source == nullptr) {
      failure.message = "the source " + source_text + " is no address of this machine's families";
      failure.code = "EADDRNOTAVAIL";
      return -1;
    }
  }
  addrinfo hints{};
  hints.ai_family = source != nullptr ? source->ai_family : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo *list = nullptr;
  int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (status != 0) {
    failure.message = status == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(status);
    failure.code = status == EAI_AGAIN ? "EAI_AGAIN" : "ENOTFOUND";
    return -1;
  }
  AddrinfoList addresses(list);
  on_resolved();

  failure.phase = "connect";
  int error = ECANCELED;
  for (const addrinfo *address = list; address != nullptr && !aborted; address = address->ai_next) {
    int fd = -1;
    error = connect_address(*address, source.get(), aborted, fd);
    if (error == 0) return fd;
  }
  failure.message = std::strerror(error);
  failure.code = errno_name(error);
  return -1;
}

}  // namespace remctl_addon
