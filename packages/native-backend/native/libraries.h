// libremctl and libkrb5, loaded at run time.
//
// One build of the addon works with every release of the libraries that has the functions of
// library-functions.inc, and can say what is wrong where there is none. The functions of libkrb5
// come from the libkrb5 that libremctl itself uses, since names of caches and of hosts must mean
// the same to both.
#pragma once

#include <string>
#include <vector>

#include "libkrb5.h"
#include "libremctl.h"

namespace remctl_addon {

// Every function of library-functions.inc, under its own name.
struct Libraries {
#define REMCTL_FUNCTION(result, name, parameters, since) result(*name) parameters = nullptr;
#define KRB5_FUNCTION REMCTL_FUNCTION
#include "library-functions.inc"
#undef REMCTL_FUNCTION
#undef KRB5_FUNCTION
};

// Why the libraries cannot be used.
struct LoadFailure {
  // A file that the system's loader could not load, and its reason.
  struct Attempt {
    std::string file;
    std::string reason;
  };
  // "libremctl" or "libkrb5".
  std::string library;
  // Every name that was tried, if none could be loaded. Otherwise the library has been loaded but
  // lacks a function, and the other members are set.
  std::vector<Attempt> attempts;
  // The file of the library.
  std::string path;
  // The function that the library lacks, and the first release that has it.
  std::string function;
  std::string since;
  // Whether the library is Heimdal's.
  bool is_heimdal = false;
};

// Loads the libraries, unless they are loaded. Returns whether they are. Sets the failure if not; a
// later call tries again. Call it on any thread.
bool load_libraries(LoadFailure &failure);

// Returns the functions. Call it after load_libraries() has returned true.
const Libraries &libraries();

}  // namespace remctl_addon
