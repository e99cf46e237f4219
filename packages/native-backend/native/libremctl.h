// The types of libremctl that the addon uses, declared here.
//
// The addon is built without libremctl's header, so that it can be built for any machine, and loads
// the library at run time: see libraries.h. test/header-check.test.ts compares these declarations
// with the real header. The interface is that of remctl(3), remctl_output(3).
#pragma once

#include <cstddef>

struct iovec;

namespace remctl_addon {

// A connection; opaque.
struct remctl;

enum remctl_output_type {
  REMCTL_OUT_OUTPUT,
  REMCTL_OUT_STATUS,
  REMCTL_OUT_ERROR,
  REMCTL_OUT_DONE,
};

// One piece of an answer.
struct remctl_output {
  remctl_output_type type;
  char *data;
  size_t length;
  int stream;
  int status;
  int error;
};

}  // namespace remctl_addon
