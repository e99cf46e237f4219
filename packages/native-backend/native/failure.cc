// Makes failures from the system's errors.
#include "failure.h"

#include <cstring>

#include "system-error.h"

namespace remctl_addon {

Failure system_failure(Phase phase, int error) {
  return {phase, std::strerror(error), errno_code(error)};
}

}  // namespace remctl_addon
