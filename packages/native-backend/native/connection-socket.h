// What the addon asks of a connection's socket beside libremctl's own use.
//
// Every function takes an open socket and waits for nothing.
#pragma once

#include <string>

namespace remctl_addon {

// Bytes of a connection, as the system counts them.
struct Traffic {
  double sent = 0;
  double received = 0;
};

// Returns how many bytes the network took and gave so far; zeros if the system does not tell.
Traffic traffic_of(int socket);

// Says what has arrived on a connection on which no request is under way. Returns "" for nothing,
// "DATA" for bytes, "EOF" for the server's end, or errno_code() and the system's text for what broke
// the connection, such as "E104: Connection reset by peer".
std::string unasked_on(int socket);

// Returns whether a whole token has arrived, so that reading it will not block.
bool whole_token_is_on(int socket);

// Has the system acknowledge at once what it receives, if the system can (Linux).
//
// remctld leaves Nagle's algorithm on: its STATUS waits until its OUTPUT has been acknowledged, and
// the kernel puts acknowledgements off for up to 40 ms. Without the delay, short commands are many
// times faster. The kernel forgets the setting again, so it has to be repeated. A failure is no
// harm: commands are only slow then.
void acknowledge_at_once(int socket);

}  // namespace remctl_addon
