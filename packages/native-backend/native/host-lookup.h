// Looks a host up: its canonical name and its addresses.
#pragma once

#include <memory>
#include <netdb.h>
#include <string>

#include "failure.h"

namespace remctl_addon {

struct FreeAddrinfo {
  void operator()(addrinfo *list) const { freeaddrinfo(list); }
};

using AddrinfoList = std::unique_ptr<addrinfo, FreeAddrinfo>;

// A host as the system's resolver knows it.
struct Host {
  // The canonical name of `addresses`: the name after all aliases.
  std::string canonical;
  // Whether a look-up of the canonical name is known to give the same name.
  bool is_confirmed = false;
  AddrinfoList addresses;
};

// Returns whether two names are the same, in any case of letters.
bool is_same_name(const std::string &one, const std::string &other);

// Looks a name up. Returns false with the failure set, whose phase is Resolve. Blocks: nothing can
// interrupt getaddrinfo.
bool look_up(const std::string &name, int port, Host &host, Failure &failure);

// Looks a name up as look_up() does. DNS is asked for the addresses of each family, and may give an
// alias to another host each time. If there are addresses of both, the canonical name is looked up
// in its turn, so that all addresses are that host's.
bool look_up_canonical(const std::string &name, int port, Host &host, Failure &failure);

// Returns an address as its numbers, or "" if the system cannot write them.
std::string text_of_address(const sockaddr *address, socklen_t length);

// Returns the name that the system has for an address, or "" if it has none.
std::string name_of_address(const sockaddr *address, socklen_t length);

}  // namespace remctl_addon
