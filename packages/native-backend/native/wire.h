// The constants of the remctl protocol that the addon needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>

namespace remctl_addon {

// Bytes before a token's payload: one of flags, four of length (protocol, section 1).
constexpr int kTokenHeaderLength = 5;

// Bytes of the largest token, header included (protocol, section 1).
constexpr uint32_t kTokenMaxLength = 1024 * 1024;

// Bytes of the largest message (protocol, section 2.4).
constexpr size_t kMessageMaxLength = 64 * 1024;

// Bytes before the output in a message (protocol, sections 2.5 and 3).
constexpr size_t kOutputHeaderLength = 7;
constexpr size_t kOutputHeaderLengthV1 = 8;

// Protocol 1 has no error message: the server sends this as the exit status instead.
constexpr int kFailureV1 = -1;
constexpr int kMaxStatus = 255;

// Returns the length of the payload that a token's header announces.
inline uint32_t payload_length(const unsigned char *header) {
  uint32_t length;
  std::memcpy(&length, header + 1, sizeof(length));
  return ntohl(length);
}

}  // namespace remctl_addon
