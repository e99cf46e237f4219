// Finds the layout of struct remctl; reads and writes its first members.
#include "layout.h"

#include <cstddef>
#include <cstring>

#include "libraries.h"

namespace remctl_addon {

namespace {

// The members at the begin of struct remctl.
struct FirstMembers {
  const char *host;
  unsigned short port;
  const char *principal;
  int protocol;
};

// The protocol that the library sets before it has heard from the server.
constexpr int kFirstProtocol = 2;

// Returns a copy of a struct's first members.
FirstMembers members_of(const struct remctl *r) {
  FirstMembers members;
  std::memcpy(&members, static_cast<const void *>(r), sizeof(members));
  return members;
}

// Opens a connection that fails at once. Returns whether the members changed as the layout says.
bool find_out() {
  static const char principal[] = "host/layout.invalid@INVALID";
  struct remctl *r = libraries().remctl_new();
  if (r == nullptr) {
    return false;
  }
  FirstMembers fresh = members_of(r);
  // The library sets the members, and then its first write fails, since -1 is not a descriptor.
  bool opened = libraries().remctl_open_fd(r, nullptr, -1, principal) != 0;
  FirstMembers used = members_of(r);
  libraries().remctl_close(r);
  return !opened && fresh.host == nullptr && fresh.principal == nullptr && fresh.protocol == 0 &&
         used.host == nullptr && used.port == 0 && used.principal == principal &&
         used.protocol == kFirstProtocol;
}

}  // namespace

bool layout_is_known() {
  static const bool known = find_out();
  return known;
}

int protocol_of(const struct remctl *r) {
  return layout_is_known() && members_of(r).protocol == 1 ? 1 : 2;
}

void set_host(struct remctl *r, const char *host) {
  if (!layout_is_known()) {
    return;
  }
  char *start = static_cast<char *>(static_cast<void *>(r));
  std::memcpy(start + offsetof(FirstMembers, host), &host, sizeof(host));
}

}  // namespace remctl_addon
