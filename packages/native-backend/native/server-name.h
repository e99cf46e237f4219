// The name of the server for Kerberos, which belongs to the machine that was connected to.
//
// libremctl takes a host's name, and libkrb5 then looks that name up once more if krb5.conf wants
// the canonical one. If DNS answers with several machines in turns, the second look-up can lead to
// another machine than the connection. The addon therefore gives libremctl the canonical name that
// its own look-up has found, which libkrb5's look-up then confirms.
#pragma once

#include <string>

#include "dial.h"
#include "libkrb5.h"

namespace remctl_addon {

// What krb5.conf says about names of hosts in principals.
struct NamePolicy {
  // dns_canonicalize_hostname.
  enum class Canonical { No, Yes, Fallback } canonical = Canonical::No;
  // rdns: whether the canonical name is that of the address.
  bool rdns = false;
};

// Reads krb5.conf. Without a krb5.conf that can be read, no name becomes canonical: libremctl will
// fail by the same, and says so.
NamePolicy name_policy();

// What to give to libremctl.
struct ServerName {
  // The host, for host/<host>.
  std::string host;
  // The principal, in place of the host; empty for host/<host>.
  std::string principal;
  // The host to give if the KDC does not know `host`; empty if there is none.
  std::string otherwise;
};

// Returns the name of the server that a connection has reached. Blocks, and may ask DNS.
ServerName server_name(const NamePolicy &policy, const Reached &reached);

// Returns the principal that stands for the name, as a text: the one that was given, or host/<host>,
// in no realm if libkrb5 leaves the realm to the KDC. Returns "" if libkrb5 makes none.
std::string principal_of(krb5_context context, const ServerName &name);

// Returns whether the KDC says that it does not know host/<host>, the host's name as it is. Asks
// with the credential cache, which then has the ticket if the KDC knows the name. Without a cache's
// name returns false. Blocks.
bool is_unknown_to_kdc(const std::string &host, const std::string &ccache);

}  // namespace remctl_addon
