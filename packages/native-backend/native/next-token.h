// The check of a connection's next token, before libremctl reads it.
#pragma once

#include <string>

namespace remctl_addon {

struct NextToken {
  // What the token breaks of the protocol, if libremctl would accept it. Otherwise empty.
  std::string violation;
  // The errno of a failed call, or 0.
  int error = 0;
  // A socket that holds the token, if it was taken off the connection: libremctl has to read it
  // there, and the caller closes it. Otherwise -1: libremctl reads the token from the connection.
  int taken = -1;
};

// Waits for the begin of the next token on `socket`, which blocks, and checks it. Leaves the token
// on the connection if its whole begin has arrived. Gives no violation and no error if the
// connection ends before the token begins: libremctl notices that itself.
NextToken check_next_token(int socket);

}  // namespace remctl_addon
