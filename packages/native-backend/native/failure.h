// Why an operation of a session failed.
#pragma once

#include <string>

#include "phase.h"

namespace remctl_addon {

struct Failure {
  Phase phase = Phase::Resolve;
  // The text of the system or of a library.
  std::string text;
  // The system's error: "E<number>" for an errno, or a name such as "ENOTFOUND". Empty if the text is
  // libremctl's.
  std::string code;
};

// Returns the failure that an errno stands for, with its text and its name.
Failure system_failure(Phase phase, int error);

}  // namespace remctl_addon
