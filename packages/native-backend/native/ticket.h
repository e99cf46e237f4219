// The ticket that a connection was opened with, as the credential cache has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server-name.h"

namespace remctl_addon {

struct Ticket {
  // The principals of both sides.
  std::string client;
  std::string server;
  // Its end, in seconds since 1970.
  uint32_t end = 0;
};

// Looks for the server's ticket in a cache, after the context is established. Without a cache's
// name looks in the default cache, unless it is of a collection: libgssapi may have taken another
// one. Returns nothing if the ticket is not there. Asks neither a KDC nor DNS.
std::optional<Ticket> ticket_in_cache(const std::string &ccache, const ServerName &name);

}  // namespace remctl_addon
