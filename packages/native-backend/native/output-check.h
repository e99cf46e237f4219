// The check of what libremctl has read from a server.
#pragma once

#include <string>

#include "libremctl.h"

namespace remctl_addon {

// Returns what an output breaks of the protocol although libremctl takes it, or "" if it breaks
// nothing. Tokens are checked before libremctl reads them: see next-token.h.
std::string violation_of(const struct remctl_output &output, int protocol);

}  // namespace remctl_addon
