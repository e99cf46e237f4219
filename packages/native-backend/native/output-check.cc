// Checks sizes and exit statuses that libremctl does not check.
#include "output-check.h"

#include <cstddef>
#include <cstdint>

#include "wire.h"

namespace remctl_addon {

std::string violation_of(const struct remctl_output &output, int protocol) {
  if (output.type == REMCTL_OUT_OUTPUT) {
    size_t header = protocol == 1 ? kOutputHeaderLengthV1 : kOutputHeaderLength;
    if (output.length + header > kMessageMaxLength) {
      return "malformed result token from server: a message of " +
             std::to_string(output.length + header) + " bytes";
    }
  }
  // The exit status has four bytes in protocol 1, and all but the last would be lost. In protocol 2
  // it has one.
  if (output.type == REMCTL_OUT_STATUS && protocol == 1 &&
      (output.status < kFailureV1 || output.status > kMaxStatus)) {
    return "malformed result token from server: exit status " +
           std::to_string(static_cast<uint32_t>(output.status));
  }
  return "";
}

}  // namespace remctl_addon
