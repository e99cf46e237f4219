// Looks at a token's header and at the begin of its payload.
#include "next-token.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

#include "close-on-exec.h"
#include "wire.h"

namespace remctl_addon {

namespace {

// Bytes that a mechanism may add to a message in a token: Kerberos adds less than 100.
constexpr uint32_t kWrapOverhead = 1024;

// The begin of Kerberos's Wrap token: its identifier, then its flags (RFC 4121, section 4.2.6.2).
// The flag Sealed says that the message is encrypted (RFC 4121, section 4.2.2).
constexpr unsigned char kWrapTokenId[] = {0x05, 0x04};
constexpr unsigned char kSealed = 0x02;
constexpr int kWrapBegin = 3;

// Returns the violation of a token whose payload has so many bytes.
std::string too_long(uint32_t length) {
  return "error receiving token: token too large: a token of " + std::to_string(length) + " bytes";
}

// Checks that a Wrap token's message is encrypted. Returns the violation, or "". The token has a
// payload of at least kWrapBegin bytes.
std::string violation_of_wrap(const unsigned char *token) {
  const unsigned char *wrap = token + kTokenHeaderLength;
  bool is_wrap = std::memcmp(wrap, kWrapTokenId, sizeof(kWrapTokenId)) == 0;
  bool is_sealed = (wrap[sizeof(kWrapTokenId)] & kSealed) != 0;
  return is_wrap && !is_sealed ? "GSS-API error receiving token: a message that is not encrypted"
                               : "";
}

// Reads up to `length` bytes, fewer only if the connection ends. Returns 0 or an errno.
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

// Makes a socket that holds bytes and ends after them. Returns 0 or an errno.
int into_socket(const std::string &bytes, int &reader) {
  int pair[2];
  int failed = make_socket_pair(pair);
  if (failed != 0) {
    return failed;
  }
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

// Takes the token off the connection, puts it into a socket of its own, and checks it.
//
// Waiting for the token's begin and leaving it there (MSG_WAITALL with MSG_PEEK) could last for
// ever: if the first bytes of the begin fill the socket's receive buffer to its end, the system
// lets no more in until they have been read.
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

}  // namespace remctl_addon
