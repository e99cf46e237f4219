// Descriptors that no child process inherits.
//
// A child may start on another thread at any moment. Every function here therefore makes and marks
// a descriptor in one step, if the system can; if not, it marks the descriptor at once afterwards.
#pragma once

namespace remctl_addon {

// Makes a non-blocking socket. Returns it, or -1 with errno set.
int make_socket(int family, int type, int protocol);

// Makes two stream sockets that are connected with each other. Returns 0, or an errno.
int make_socket_pair(int (&pair)[2]);

// Makes another descriptor of the same open file. Returns it, or -1 with errno set.
int duplicate(int descriptor);

// Makes the descriptor number `copy` refer to the open file of `descriptor`; the file that `copy`
// referred to is closed. Returns 0, or an errno.
int duplicate_onto(int descriptor, int copy);

}  // namespace remctl_addon
