// Asks the system's resolver.
#include "host-lookup.h"

#include <cerrno>
#include <cstring>
#include <strings.h>
#include <sys/socket.h>
#include <utility>

#include "system-error.h"

namespace remctl_addon {

namespace {

// Returns the failure of getaddrinfo, which ended with `status`. `noted` is how many shortages had
// been noted before the call: the resolver does not say that a descriptor was missing.
Failure resolver_failure(int status, unsigned noted) {
  int error = status == EAI_SYSTEM ? errno : 0;
  note_shortage(error);
  int shortage = shortage_since(noted);
  if (shortage != 0) {
    return system_failure(Phase::Resolve, shortage);
  }
  const char *text = error != 0 ? std::strerror(error) : gai_strerror(status);
  return {Phase::Resolve, text, status == EAI_AGAIN ? "EAI_AGAIN" : "ENOTFOUND"};
}

bool has_both_families(const addrinfo *list) {
  int first = list->ai_family;
  while (list != nullptr && list->ai_family == first) {
    list = list->ai_next;
  }
  return list != nullptr;
}

}  // namespace

bool is_same_name(const std::string &one, const std::string &other) {
  return strcasecmp(one.c_str(), other.c_str()) == 0;
}

bool look_up(const std::string &name, int port, Host &host, Failure &failure) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_CANONNAME;
  addrinfo *list = nullptr;
  unsigned noted = shortages_noted();
  int status = getaddrinfo(name.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (status != 0) {
    failure = resolver_failure(status, noted);
    return false;
  }
  host.addresses.reset(list);
  host.canonical = list->ai_canonname != nullptr ? list->ai_canonname : name;
  host.is_confirmed = is_same_name(host.canonical, name);
  return true;
}

bool look_up_canonical(const std::string &name, int port, Host &host, Failure &failure) {
  if (!look_up(name, port, host, failure)) {
    return false;
  }
  if (host.is_confirmed || !has_both_families(host.addresses.get())) {
    return true;
  }
  std::string canonical = host.canonical;
  if (!look_up(canonical, port, host, failure)) {
    return false;
  }
  host.canonical = canonical;
  return true;
}

std::string text_of_address(const sockaddr *address, socklen_t length) {
  char text[NI_MAXHOST];
  int status = getnameinfo(address, length, text, sizeof(text), nullptr, 0, NI_NUMERICHOST);
  return status == 0 ? text : "";
}

std::string name_of_address(const sockaddr *address, socklen_t length) {
  char name[NI_MAXHOST];
  return getnameinfo(address, length, name, sizeof(name), nullptr, 0, NI_NAMEREQD) == 0 ? name
                                                                                        : "";
}

}  // namespace remctl_addon
