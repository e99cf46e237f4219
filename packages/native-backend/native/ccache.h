// Which credential cache a connection takes, decided before libremctl is asked.
//
// Without a cache's name GSS-API looks through the default one, or the collection, by libkrb5's
// krb5_cccol_have_content. In release 1.20.1 that function frees a pointer that was never set where a
// cache cannot be read (empty, cut, garbage, a folder, no permission), and the process ends. So the
// default cache is given by its name, wherever that says the same.
#pragma once

#include <string>

namespace remctl_addon {

struct CcacheChoice {
  // The name to give to libremctl; empty where it is to take the default by itself.
  std::string name;
  // Where no cache can be taken: why. Empty otherwise.
  std::string failure;
};

// The cache for a server: `named` where that is not empty, else what GSS-API would take: the default
// cache, or of a collection the one that .k5identity or the server's realm selects. A client keytab
// (KRB5_CLIENT_KTNAME) with a key is left to GSS-API, which needs no content then. Blocks: it reads
// krb5.conf and caches, and may make the host's name canonical by DNS, for a collection alone.
//
// A cache's file that is a FIFO, a folder or a device is refused: libkrb5 would wait in it, for ever.
CcacheChoice choose_ccache(const std::string &named, const std::string &host,
                           const std::string &principal);

// Whether libkrb5's text says no more of a cache than that something is wrong with reading it, and nothing
// is: it says so, for one, where there was no descriptor to be had.
bool is_unexplained(const std::string &text, const std::string &name);

}  // namespace remctl_addon
