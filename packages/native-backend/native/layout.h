// Two members of libremctl's opaque struct, which protocol 1 needs.
//
// The addon opens connections by remctl_open_fd, since it can interrupt only a socket of its own.
// Such a connection cannot report a command's exit status in protocol 1: remctl_output closes the
// socket after the output, and the call that would return the status then refuses, since the struct
// has no host to reopen. libremctl also does not tell which protocol was agreed on. Both, the host
// and the protocol, are among the first members of struct remctl, which have had the same order in
// every release from 3.0 to 3.18.
#pragma once

#include "libremctl.h"

namespace remctl_addon {

// Returns whether the members are where this addon expects them. The first call proves it, through
// public calls of libremctl that fail before they touch the network. Protocol 1 is not supported if
// they are elsewhere.
bool layout_is_known();

// Returns the protocol that an opened connection agreed on, 1 or 2; 2 if the layout is not known.
int protocol_of(const struct remctl *r);

// Has remctl_output return the exit status in protocol 1, by giving the struct a host. `host` must
// live as long as the struct. Only one command may be sent on the connection: for a second one the
// library would open a connection of its own.
void set_host(struct remctl *r, const char *host);

}  // namespace remctl_addon
