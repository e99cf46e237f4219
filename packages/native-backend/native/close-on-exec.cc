// Makes descriptors that are closed at exec, on every system.
#include "close-on-exec.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace remctl_addon {

namespace {

// Both are for systems that cannot make and mark a descriptor in one step. They return 0, or an
// errno.
[[maybe_unused]] int mark(int descriptor) {
  return fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 ? errno : 0;
}

[[maybe_unused]] int mark_nonblocking(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0 ? errno : 0;
}

}  // namespace

int make_socket(int family, int type, int protocol) {
#if defined(SOCK_CLOEXEC) && defined(SOCK_NONBLOCK)
  return socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
#else
  int descriptor = socket(family, type, protocol);
  if (descriptor < 0) {
    return -1;
  }
  int error = mark(descriptor);
  if (error == 0) {
    error = mark_nonblocking(descriptor);
  }
  if (error != 0) {
    close(descriptor);
    errno = error;
    return -1;
  }
  return descriptor;
#endif
}

int make_socket_pair(int (&pair)[2]) {
#if defined(SOCK_CLOEXEC)
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ? errno : 0;
#else
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) {
    return errno;
  }
  for (int end : pair) {
    (void)mark(end);
  }
  return 0;
#endif
}

int duplicate(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 0); }

int duplicate_onto(int descriptor, int copy) {
#if defined(__linux__)
  return dup3(descriptor, copy, O_CLOEXEC) < 0 ? errno : 0;
#else
  return dup2(descriptor, copy) < 0 ? errno : mark(copy);
#endif
}

}  // namespace remctl_addon
