// Finds libremctl and libkrb5 with the system's loader, and their functions by name.
#include "libraries.h"

#include <dlfcn.h>
#include <mutex>

namespace remctl_addon {

namespace {

#if defined(__APPLE__)
constexpr const char *kRemctlFiles[] = {
    "libremctl.dylib", "/opt/homebrew/lib/libremctl.dylib", "/usr/local/lib/libremctl.dylib"};
constexpr const char *kKrb5Files[] = {"libkrb5.dylib", "/opt/homebrew/opt/krb5/lib/libkrb5.dylib",
                                      "/usr/local/opt/krb5/lib/libkrb5.dylib"};
#else
constexpr const char *kRemctlFiles[] = {"libremctl.so.1", "libremctl.so"};
constexpr const char *kKrb5Files[] = {"libkrb5.so.3", "libkrb5.so"};
#endif

// Functions that every release of a library has, and one that only Heimdal's libkrb5 has.
constexpr char kAnyOfRemctl[] = "remctl";
constexpr char kAnyOfKrb5[] = "krb5_init_context";
constexpr char kOnlyHeimdal[] = "krb5_set_kdc_sec_offset";

Libraries loaded;
bool is_loaded = false;

// Loads the first file that can be loaded. Returns null, and every attempt, if none can. The
// library stays until the process ends: threads may run its code until then.
template <size_t length>
void *load_first(const char *const (&files)[length], std::vector<LoadFailure::Attempt> &attempts) {
  for (const char *file : files) {
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle != nullptr) {
      return handle;
    }
    const char *reason = dlerror();
    attempts.push_back({file, reason != nullptr ? reason : "no reason given"});
  }
  return nullptr;
}

// Returns the failure of a library that lacks a function. `any` is a function that it has.
LoadFailure lacking(const char *name, void *library, const char *any, const char *function,
                    const char *since) {
  LoadFailure failure{name, {}, "", function, since, dlsym(library, kOnlyHeimdal) != nullptr};
  Dl_info info;
  void *found = dlsym(library, any);
  if (found != nullptr && dladdr(found, &info) != 0 && info.dli_fname != nullptr) {
    failure.path = info.dli_fname;
  }
  return failure;
}

// Finds a function in a library and in those that it needs. Returns whether it is there.
template <typename Function> bool find(void *library, const char *name, Function &function) {
  void *found = dlsym(library, name);
  function = reinterpret_cast<Function>(found);
  return found != nullptr;
}

bool load(LoadFailure &failure) {
  void *remctl = load_first(kRemctlFiles, failure.attempts);
  if (remctl == nullptr) {
    failure.library = "libremctl";
    return false;
  }
  failure.attempts.clear();
  void *krb5 = remctl;
  if (dlsym(remctl, kAnyOfKrb5) == nullptr) {
    krb5 = load_first(kKrb5Files, failure.attempts);
    if (krb5 == nullptr) {
      failure.library = "libkrb5";
      return false;
    }
    failure.attempts.clear();
  }
#define REMCTL_FUNCTION(result, name, parameters, since)               \
  if (!find(remctl, #name, loaded.name)) {                             \
    failure = lacking("libremctl", remctl, kAnyOfRemctl, #name, since); \
    return false;                                                      \
  }
#define KRB5_FUNCTION(result, name, parameters, since)           \
  if (!find(krb5, #name, loaded.name)) {                         \
    failure = lacking("libkrb5", krb5, kAnyOfKrb5, #name, since); \
    return false;                                                \
  }
#include "library-functions.inc"
#undef REMCTL_FUNCTION
#undef KRB5_FUNCTION
  return true;
}

}  // namespace

bool load_libraries(LoadFailure &failure) {
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  if (!is_loaded) {
    is_loaded = load(failure);
  }
  return is_loaded;
}

const Libraries &libraries() { return loaded; }

}  // namespace remctl_addon
