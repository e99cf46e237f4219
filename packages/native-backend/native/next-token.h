// The next token of a connection, checked before libremctl reads it.
#pragma once

#include <string>

namespace remctl_addon {

// Flags and length of a token (protocol, section 1).
constexpr int kTokenHeaderLength = 5;

// The largest message (protocol, section 2.4).
constexpr size_t kMessageMaxLength = 64 * 1024;

struct NextToken {
  // What the token breaks of the protocol, if libremctl would accept it. Otherwise empty.
  std::string violation;
  // The errno of a failed call, or 0.
  int error = 0;
  // A socket that holds the token, if it was taken off the connection: libremctl has to read it there.
  // The caller closes it. Otherwise -1: libremctl reads the token from the connection.
  int taken = -1;
};

// Waits for the begin of the next token on `socket`, which blocks, and checks it. Leaves it there if the
// whole begin has arrived. Gives no violation and no error if the connection ends before the token
// begins: libremctl notices that itself.
NextToken check_next_token(int socket);

// Makes `copy` another number of the open file `descriptor`, closed at exec. Returns 0 or an errno.
int make_copy(int descriptor, int copy);

}  // namespace remctl_addon
