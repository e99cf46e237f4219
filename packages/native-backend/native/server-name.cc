// Reads krb5.conf's settings of names, and follows them as libkrb5 does.
#include "server-name.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <sys/socket.h>
#include <type_traits>

#include "host-lookup.h"
#include "krb5-context.h"
#include "libraries.h"

namespace remctl_addon {

namespace {

// The service in a server's principal: host/<host>.
constexpr char kService[] = "host";

constexpr char kSection[] = "libdefaults";
constexpr char kFallback[] = "fallback";

struct FreeProfile {
  void operator()(profile_t profile) const { libraries().profile_release(profile); }
};

using Profile = std::unique_ptr<std::remove_pointer_t<profile_t>, FreeProfile>;

// Frees what libkrb5 frees with its context.
template <typename T> struct Free {
  krb5_context context;
  void (*free)(krb5_context, T);
  void operator()(T value) const { free(context, value); }
};

template <typename T> using Owned = std::unique_ptr<std::remove_pointer_t<T>, Free<T>>;

// Returns a boolean of [libdefaults], which is true unless it is set.
bool boolean_of(profile_t profile, const char *name) {
  int value = 1;
  return libraries().profile_get_boolean(profile, kSection, name, nullptr, 1, &value) != 0 || value != 0;
}

NamePolicy::Canonical canonical_of(profile_t profile) {
  constexpr char kName[] = "dns_canonicalize_hostname";
  char *text = nullptr;
  if (libraries().profile_get_string(profile, kSection, kName, nullptr, "", &text) != 0) {
    return NamePolicy::Canonical::No;
  }
  bool is_fallback = is_same_name(text, kFallback);
  libraries().profile_release_string(text);
  if (is_fallback) {
    return NamePolicy::Canonical::Fallback;
  }
  return boolean_of(profile, kName) ? NamePolicy::Canonical::Yes : NamePolicy::Canonical::No;
}

// Returns the name as libkrb5 writes it in principals: in small letters, without a last dot.
std::string in_principal(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char letter) { return std::tolower(letter); });
  if (!name.empty() && name.back() == '.') {
    name.pop_back();
  }
  return name;
}

// Returns the name that libkrb5 makes of a host's name: the canonical one if krb5.conf says so, and
// it asks DNS then. Returns "" if it makes none.
std::string expanded(krb5_context context, const std::string &host) {
  char *name = nullptr;
  if (libraries().krb5_expand_hostname(context, host.c_str(), &name) != 0) {
    return "";
  }
  std::string copy = name;
  libraries().krb5_free_string(context, name);
  return copy;
}

// Returns the principal of the service on a host, whose name stays as it is. Returns null if
// libkrb5 cannot say which realm the host is in.
Owned<krb5_principal> service_on(krb5_context context, const std::string &host) {
  Owned<krb5_principal> none(nullptr, {context, libraries().krb5_free_principal});
  char **realms = nullptr;
  if (libraries().krb5_get_host_realm(context, host.c_str(), &realms) != 0) {
    return none;
  }
  std::string realm = realms[0] != nullptr ? realms[0] : "";
  libraries().krb5_free_host_realm(context, realms);
  krb5_principal made = nullptr;
  if (libraries().krb5_build_principal(context, &made, static_cast<unsigned>(realm.size()), realm.c_str(),
                           kService, host.c_str(), static_cast<char *>(nullptr)) != 0) {
    return none;
  }
  // A KDC refers a client to another realm only for a name that is a service's.
  made->type = kNtSrvInst;
  return Owned<krb5_principal>(made, {context, libraries().krb5_free_principal});
}

// Returns that principal as a text.
std::string principal_on(krb5_context context, const std::string &host) {
  Owned<krb5_principal> service = service_on(context, in_principal(host));
  char *text = nullptr;
  if (service == nullptr || libraries().krb5_unparse_name(context, service.get(), &text) != 0) {
    return "";
  }
  std::string principal = text;
  libraries().krb5_free_unparsed_name(context, text);
  return principal;
}

// Returns the name of the address that was reached, or "" if it has none.
std::string name_reached(const Reached &reached) {
  return name_of_address(reinterpret_cast<const sockaddr *>(&reached.address), reached.length);
}

}  // namespace

NamePolicy name_policy() {
  Context context = make_context();
  profile_t found = nullptr;
  if (context == nullptr || libraries().krb5_get_profile(context.get(), &found) != 0) {
    return {};
  }
  Profile profile(found);
  return {canonical_of(found), boolean_of(found, "rdns")};
}

ServerName server_name(const NamePolicy &policy, const Reached &reached) {
  if (policy.canonical == NamePolicy::Canonical::No) {
    return {reached.host, "", ""};
  }
  std::string by_address = policy.rdns ? name_reached(reached) : "";
  const std::string &name = by_address.empty() ? reached.canonical : by_address;
  // libkrb5 takes the name of one of the host's addresses if rdns is set. Without another address it
  // comes by the same way to the same name.
  bool is_settled = reached.is_confirmed && !(policy.rdns && reached.has_others);
  bool is_fallback = policy.canonical == NamePolicy::Canonical::Fallback;
  if (!is_fallback && is_settled && is_same_name(name, reached.canonical)) {
    return {name, "", ""};
  }
  Context context = make_context();
  if (context == nullptr) {
    return {name, "", ""};
  }
  if (is_fallback) {
    bool is_same = expanded(context.get(), reached.host) == in_principal(name);
    return {reached.host, "", is_same ? "" : name};
  }
  // Of several addresses the next look-up may find another one first, which may have a name.
  bool may_vary = policy.rdns && by_address.empty();
  if (!may_vary && expanded(context.get(), name) == in_principal(name)) {
    return {name, "", ""};
  }
  return {name, principal_on(context.get(), name), ""};
}

std::string principal_of(krb5_context context, const ServerName &name) {
  return name.principal.empty() ? principal_on(context, name.host) : name.principal;
}

bool is_unknown_to_kdc(const std::string &host, const std::string &ccache) {
  Context context = ccache.empty() ? nullptr : make_context();
  krb5_ccache opened = nullptr;
  if (context == nullptr || libraries().krb5_cc_resolve(context.get(), ccache.c_str(), &opened) != 0) {
    return false;
  }
  Owned<krb5_principal> server = service_on(context.get(), expanded(context.get(), host));
  krb5_principal client = nullptr;
  bool is_unknown = false;
  if (server != nullptr && libraries().krb5_cc_get_principal(context.get(), opened, &client) == 0) {
    krb5_creds wanted{};
    wanted.client = client;
    wanted.server = server.get();
    krb5_creds *got = nullptr;
    is_unknown = libraries().krb5_get_credentials(context.get(), 0, opened, &wanted, &got) ==
                 kServerUnknown;
    libraries().krb5_free_creds(context.get(), got);
    libraries().krb5_free_principal(context.get(), client);
  }
  libraries().krb5_cc_close(context.get(), opened);
  return is_unknown;
}

}  // namespace remctl_addon
