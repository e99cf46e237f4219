// Asks libkrb5 for the default credential cache, and looks at its file.
#include "ccache.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "krb5-context.h"
#include "libraries.h"
#include "system-error.h"

namespace remctl_addon {

namespace {

// The service in a server's principal: host/<host>.
constexpr char kService[] = "host";

// The files of a collection of the type DIR: the one that names the primary cache, and the begin of
// the caches' names.
constexpr char kPrimaryFile[] = "primary";
constexpr char kCachePrefix[] = "tkt";

// The text of KRB5_CC_IO: libkrb5's error for every failure to open a cache that has no other.
constexpr char kReadingFailed[] = "Credentials cache I/O operation failed";

// Returns libkrb5's text for an error.
std::string text_of(krb5_context context, krb5_error_code code) {
  const char *message = libraries().krb5_get_error_message(context, code);
  std::string text = message;
  libraries().krb5_free_error_message(context, message);
  return text;
}

// Returns the type in a cache's name, TYPE:residual. A name without a type names a file.
std::string type_of(const std::string &name) {
  size_t colon = name.find(':');
  return colon == std::string::npos ? "FILE" : name.substr(0, colon);
}

// Returns the part of a cache's name after the type: for a file, its path.
std::string residual_of(const std::string &name) {
  size_t colon = name.find(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

// Returns the fault of a cache's file that is not a regular file. Returns "" for a regular file,
// and if there is no file to be seen.
std::string kind_fault(const std::string &path) {
  struct stat found {};
  if (stat(path.c_str(), &found) < 0 || S_ISREG(found.st_mode)) {
    return "";
  }
  const char *kind = S_ISDIR(found.st_mode)    ? "a folder"
                     : S_ISFIFO(found.st_mode) ? "a FIFO"
                                               : "a device or socket";
  return "the credential cache " + path + " is " + kind + ", not a file";
}

// Returns the fault of the first bad file in a collection of the type DIR, or "" if all are good.
std::string folder_fault(const std::string &path) {
  std::unique_ptr<DIR, int (*)(DIR *)> folder(opendir(path.c_str()), closedir);
  if (folder == nullptr) {
    return "";
  }
  while (const dirent *entry = readdir(folder.get())) {
    bool is_read = std::strcmp(entry->d_name, kPrimaryFile) == 0 ||
                   std::strncmp(entry->d_name, kCachePrefix, std::strlen(kCachePrefix)) == 0;
    if (!is_read) {
      continue;
    }
    std::string fault = kind_fault(path + "/" + entry->d_name);
    if (!fault.empty()) {
      return fault;
    }
  }
  return "";
}

// Returns the fault of a cache or collection, by its name, or "" if its files are good.
std::string fault_of(const std::string &name) {
  std::string type = type_of(name);
  std::string residual = residual_of(name);
  if (type == "FILE" || type == "WRFILE") {
    return kind_fault(residual);
  }
  if (type != "DIR") {
    return "";
  }
  // "DIR::/folder/tkt1" is one cache of a collection.
  return residual.rfind(':', 0) == 0 ? kind_fault(residual.substr(1)) : folder_fault(residual);
}

// Returns whether there is a client keytab with a key.
bool has_client_keytab(krb5_context context) {
  krb5_keytab keytab;
  if (libraries().krb5_kt_client_default(context, &keytab) != 0) {
    return false;
  }
  bool has_content = libraries().krb5_kt_have_content(context, keytab) == 0;
  libraries().krb5_kt_close(context, keytab);
  return has_content;
}

// Returns the home folder as libkrb5 finds it: by HOME, else by the user's entry.
std::string home_folder() {
  const char *home = std::getenv("HOME");
  if (home != nullptr) {
    return home;
  }
  std::vector<char> buffer(4096);
  passwd entry{};
  passwd *found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0) {
    return "";
  }
  return found == nullptr ? "" : found->pw_dir;
}

// Returns whether the user has a .k5identity, by which libkrb5 selects a cache for each server.
bool has_identities() { return access((home_folder() + "/.k5identity").c_str(), F_OK) == 0; }

// Returns a cache's name with its type, or "" if libkrb5 has none.
std::string full_name(krb5_context context, krb5_ccache cache) {
  char *text = nullptr;
  if (libraries().krb5_cc_get_full_name(context, cache, &text) != 0) {
    return "";
  }
  std::string name = text;
  libraries().krb5_free_string(context, text);
  return name;
}

// Returns the cache that .k5identity or the server's realm selects, or else the default cache.
CcacheChoice select(krb5_context context, const std::string &host, const std::string &principal) {
  krb5_principal server = nullptr;
  // The principal is the one that GSS-API makes of what libremctl gives it.
  krb5_error_code code =
      principal.empty()
          ? libraries().krb5_sname_to_principal(context, host.c_str(), kService, kNtSrvHst, &server)
          : libraries().krb5_parse_name(context, principal.c_str(), &server);
  if (code != 0) {
    return {"", text_of(context, code)};
  }
  krb5_ccache cache = nullptr;
  krb5_principal client = nullptr;
  code = libraries().krb5_cc_select(context, server, &cache, &client);
  libraries().krb5_free_principal(context, server);
  CcacheChoice choice;
  // If a client was found without a cache, .k5identity names it: no default can take its place.
  bool has_default = code == kCcNotFound && client == nullptr;
  if (code != 0 && !has_default) {
    choice.failure = text_of(context, code);
  }
  libraries().krb5_free_principal(context, client);
  if (has_default) {
    code = libraries().krb5_cc_default(context, &cache);
    if (code != 0) {
      choice.failure = text_of(context, code);
    }
  }
  if (cache != nullptr) {
    choice.name = full_name(context, cache);
    libraries().krb5_cc_close(context, cache);
  }
  return choice;
}

}  // namespace

bool is_unexplained(const std::string &text, const std::string &name) {
  if (text.find(kReadingFailed) == std::string::npos) {
    return false;
  }
  if (name.empty() || type_of(name) != "FILE") {
    return true;
  }
  int fd = open(residual_of(name).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    return is_shortage(errno);
  }
  char byte;
  bool can_be_read = read(fd, &byte, sizeof(byte)) >= 0;
  close(fd);
  return can_be_read;
}

CcacheChoice choose_ccache(const std::string &named, const std::string &host,
                           const std::string &principal) {
  if (!named.empty()) {
    return {named, fault_of(named)};
  }
  Context context = make_context();
  krb5_context made = context.get();
  // krb5.conf cannot be read, for instance. libremctl will fail by the same, and says so.
  if (made == nullptr) {
    return {};
  }
  const char *found = libraries().krb5_cc_default_name(made);
  if (found == nullptr) {
    return {};
  }
  std::string name = found;
  std::string fault = fault_of(name);
  if (!fault.empty()) {
    return {"", fault};
  }
  if (has_client_keytab(made)) {
    return {};
  }
  bool is_collection = libraries().krb5_cc_support_switch(made, type_of(name).c_str());
  return is_collection || has_identities() ? select(made, host, principal) : CcacheChoice{name, ""};
}

}  // namespace remctl_addon
