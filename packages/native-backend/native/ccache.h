// The choice of a connection's credential cache, before libremctl is asked.
//
// If it gets no cache's name, GSS-API looks through the default cache or collection with libkrb5's
// krb5_cccol_have_content. If a cache cannot be read (empty, cut, garbage, a folder, no
// permission), release 1.20.1 of that function frees a pointer that was never set, and the process
// ends. The addon therefore gives the default cache by its name, if the name says the same.
#pragma once

#include <string>

namespace remctl_addon {

struct CcacheChoice {
  // The name to give to libremctl; empty if libremctl takes the default by itself.
  std::string name;
  // Why no cache can be taken; empty if one can.
  std::string failure;
};

// Returns the cache for a server. That is `named`, unless it is empty. Otherwise it is the cache
// that GSS-API would take: the default cache, or the one that .k5identity or the server's realm
// selects from a collection. With a client keytab (KRB5_CLIENT_KTNAME) that has a key the choice is
// left to GSS-API, which then needs no cache with content.
//
// Refuses a cache whose file is a FIFO, a folder or a device: libkrb5 would wait in a FIFO for
// ever. Blocks: reads krb5.conf and caches, and may ask DNS for the host's canonical name, for a
// collection only.
CcacheChoice choose_ccache(const std::string &named, const std::string &host,
                           const std::string &principal);

// Returns whether libkrb5's text says only that the cache `name` cannot be read although it can be.
// libkrb5 says so if there was no descriptor, for instance.
bool is_unexplained(const std::string &text, const std::string &name);

}  // namespace remctl_addon
