#include "next-token.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace remctl_addon {

namespace {

// The largest token, header included (protocol, section 1).
constexpr uint32_t kTokenMaxLength = 1024 * 1024;

// What a mechanism may add to a message in a token: Kerberos adds less than 100 bytes.
constexpr uint32_t kWrapOverhead = 1024;

// A Wrap token of Kerberos: its identifier, and the flag that its message is encrypted (RFC 4121, sections
// 4.2.6.2 and 4.2.2).
constexpr unsigned char kWrapTokenId[] = {0x05, 0x04};
constexpr unsigned char kSealed = 0x02;
constexpr int kWrapBegin = 3;

uint32_t payload_length(const unsigned char *token) {
  uint32_t length;
  std::memcpy(&length, token + 1, sizeof(length));
  return ntohl(length);
}

std::string too_long(uint32_t length) {
  return "a token of " + std::to_string(length) + " octets from server";
}

// Checks a token that has more than kWrapBegin bytes of payload.
std::string violation_of_wrap(const unsigned char *token) {
  const unsigned char *wrap = token + kTokenHeaderLength;
  bool is_wrap = std::memcmp(wrap, kWrapTokenId, sizeof(kWrapTokenId)) == 0;
  bool is_sealed = (wrap[sizeof(kWrapTokenId)] & kSealed) != 0;
  return is_wrap && !is_sealed ? "a message that is not encrypted from server" : "";
}

// Reads up to `length` bytes: fewer if the connection ends. Returns 0 or an errno.
int receive_all(int socket, unsigned char *bytes, size_t length, size_t &received) {
  for (received = 0; received < length;) {
    ssize_t got = recv(socket, bytes + received, length - received, 0);
    if (got == 0) {
      return 0;
    }
    if (got > 0) {
      received += static_cast<size_t>(got);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

// Puts bytes into a socket of their own, which ends after them. Returns 0 or an errno.
int into_socket(const std::string &bytes, int &reader) {
  int pair[2];
#if defined(SOCK_CLOEXEC)
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
    return errno;
  }
#else
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) {
    return errno;
  }
  for (int end : pair) {
    (void)fcntl(end, F_SETFD, FD_CLOEXEC);
  }
#endif
  // The bytes stay in the pair's buffers until libremctl reads them, on this thread.
  int room = static_cast<int>(2 * (kMessageMaxLength + kWrapOverhead));
  (void)setsockopt(pair[0], SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
  (void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
  ssize_t put = ::send(pair[1], bytes.data(), bytes.size(), MSG_DONTWAIT);
  int error = put < 0 ? errno : static_cast<size_t>(put) < bytes.size() ? ENOBUFS : 0;
  ::close(pair[1]);
  if (error == 0) {
    reader = pair[0];
  } else {
    ::close(pair[0]);
  }
  return error;
}

// Takes the token off the connection. To wait for its begin and leave it there (MSG_WAITALL with MSG_PEEK)
// could last for ever: if the begin is the last that fits the socket's receive buffer, the system lets no
// more in until it has been read.
NextToken take(int socket) {
  NextToken next;
  std::string token(kTokenHeaderLength, '\0');
  auto bytes = [&token] { return reinterpret_cast<unsigned char *>(token.data()); };
  size_t received;
  next.error = receive_all(socket, bytes(), token.size(), received);
  if (next.error == 0 && received == token.size()) {
    uint32_t length = payload_length(bytes());
    if (length > kMessageMaxLength + kWrapOverhead) {
      next.violation = too_long(length);
      return next;
    }
    token.resize(kTokenHeaderLength + length);
    size_t payload;
    next.error = receive_all(socket, bytes() + kTokenHeaderLength, length, payload);
    received += payload;
    if (payload >= kWrapBegin) {
      next.violation = violation_of_wrap(bytes());
    }
  }
  token.resize(received);
  if (next.error == 0 && next.violation.empty()) {
    next.error = into_socket(token, next.taken);
  }
  return next;
}

}  // namespace

NextToken check_next_token(int socket) {
  unsigned char begin[kTokenHeaderLength + kWrapBegin];
  ssize_t got;
  do {
    got = recv(socket, begin, sizeof(begin), MSG_PEEK);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) {
    return {};
  }
  NextToken next;
  if (got >= kTokenHeaderLength) {
    uint32_t length = payload_length(begin);
    if (length > kTokenMaxLength - kTokenHeaderLength) {
      next.violation = too_long(length);
    }
    if (!next.violation.empty() || length < kWrapBegin) {
      return next;
    }
  }
  if (got < static_cast<ssize_t>(sizeof(begin))) {
    return take(socket);
  }
  next.violation = violation_of_wrap(begin);
  return next;
}

int make_copy(int descriptor, int copy) {
#if defined(__linux__)
  return dup3(descriptor, copy, O_CLOEXEC) < 0 ? errno : 0;
#else
  if (dup2(descriptor, copy) < 0) {
    return errno;
  }
  return fcntl(copy, F_SETFD, FD_CLOEXEC) < 0 ? errno : 0;
#endif
}

}  // namespace remctl_addon
