// Looks at a connection's socket, system by system.
#include "connection-socket.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#if defined(__linux__)
// The kernel's tcp_info reaches further than the C library's.
#include <linux/tcp.h>
#else
#include <netinet/tcp.h>
#endif

#include "system-error.h"
#include "wire.h"

namespace remctl_addon {

Traffic traffic_of(int socket) {
#if defined(__linux__)
  tcp_info info{};
  socklen_t length = sizeof(info);
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) {
    return {};
  }
  return {static_cast<double>(info.tcpi_bytes_acked),
          static_cast<double>(info.tcpi_bytes_received)};
#elif defined(__APPLE__)
  tcp_connection_info info{};
  socklen_t length = sizeof(info);
  if (getsockopt(socket, IPPROTO_TCP, TCP_CONNECTION_INFO, &info, &length) < 0) {
    return {};
  }
  return {static_cast<double>(info.tcpi_txbytes), static_cast<double>(info.tcpi_rxbytes)};
#else
#error "tell how many bytes a socket of this system has sent and received"
#endif
}

std::string unasked_on(int socket) {
  char byte;
  ssize_t got = recv(socket, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) {
    return "DATA";
  }
  if (got == 0) {
    return "EOF";
  }
  int error = errno;
  bool nothing = error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
  return nothing ? "" : errno_code(error) + ": " + std::strerror(error);
}

bool whole_token_is_on(int socket) {
  int waiting = 0;
  if (ioctl(socket, FIONREAD, &waiting) < 0) {
    return false;
  }
  unsigned char header[kTokenHeaderLength];
  if (recv(socket, header, sizeof(header), MSG_PEEK | MSG_DONTWAIT) != kTokenHeaderLength) {
    return false;
  }
  return static_cast<int64_t>(waiting) >=
         kTokenHeaderLength + static_cast<int64_t>(payload_length(header));
}

void acknowledge_at_once(int socket) {
#if defined(__linux__)
  int on = 1;
  (void)setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
#else
  (void)socket;
#endif
}

}  // namespace remctl_addon
