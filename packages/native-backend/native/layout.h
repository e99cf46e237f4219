// What of libremctl's opaque struct this addon has to know for protocol 1, and the proof that it does.
//
// A connection opened by remctl_open_fd, the only kind whose socket is ours to interrupt, cannot
// report a command's exit status in protocol 1: remctl_output closes the socket after the output and
// then, on the call that would return the status, refuses since the struct has no host to reopen. It
// also does not tell which protocol was agreed on. Both are in the first members of struct remctl,
// which have stood in this order in every release from 3.0 to 3.18.
#pragma once

struct remctl;

namespace remctl_addon {

// Whether the members are where they are expected: found out once, through public calls that fail
// before they touch the network. Where they are not, protocol 1 is not supported.
bool layout_is_known();

// The protocol agreed on, 1 or 2, of a struct whose connection was opened; 2 where the layout is not
// known.
int protocol_of(const struct remctl *r);

// Lets remctl_output return the exit status in protocol 1. The text must live as long as the struct.
// No command may be sent on it afterwards: the library would open a connection of its own.
void set_host(struct remctl *r, const char *host);

}  // namespace remctl_addon
