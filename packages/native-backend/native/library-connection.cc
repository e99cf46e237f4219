// Calls libremctl, and takes over its texts for failures.
#include "library-connection.h"

#include <cerrno>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

#include "ccache.h"
#include "close-on-exec.h"
#include "layout.h"
#include "libraries.h"
#include "next-token.h"
#include "output-check.h"
#include "system-error.h"

namespace remctl_addon {

namespace {

// How libremctl says that MESSAGE_VERSION (protocol, section 2.2) came as the answer to a NOOP.
constexpr char kVersionForNoop[] = "unexpected message type 6";

// Returns the library's text for what failed last.
std::string text_of(struct remctl *remctl) {
  const char *text = libraries().remctl_error(remctl);
  return text != nullptr ? text : "unknown error";
}

// Returns the failure of a negotiation, with the system's name for a shortage if that may be the
// cause. GSS-API does not say that a descriptor was missing. `shortages` is how many had been noted
// when the negotiation began. Call it before closing a descriptor: a freed one would hide the
// shortage.
Failure negotiation_failure(std::string text, const std::string &ccache, unsigned shortages) {
  int shortage = shortage_since(shortages);
  if (shortage == 0 && is_unexplained(text, ccache)) {
    shortage = EMFILE;
  }
  return {Phase::Negotiate, std::move(text), shortage == 0 ? "" : errno_code(shortage)};
}

}  // namespace

LibraryConnection::~LibraryConnection() { close(); }

bool LibraryConnection::open(int socket, ServerName &name, const std::string &ccache,
                             Failure &failure) {
  unsigned shortages = shortages_noted();
  remctl_ = libraries().remctl_new();
  if (remctl_ == nullptr) {
    failure = {Phase::Negotiate, "cannot allocate memory", "ENOMEM"};
    ::close(socket);
    return false;
  }
  CcacheChoice choice = choose_ccache(ccache, name.host, name.principal);
  if (!choice.failure.empty()) {
    failure = negotiation_failure(std::move(choice.failure), choice.name, shortages);
    ::close(socket);
    return false;
  }
  if (!choice.name.empty() && !libraries().remctl_set_ccache(remctl_, choice.name.c_str())) {
    failure = library_failure(Phase::Negotiate);
    ::close(socket);
    return false;
  }
  if (!name.otherwise.empty() && is_unknown_to_kdc(name.host, choice.name)) {
    name.host = name.otherwise;
  }
  // From here on the library closes the descriptor.
  socket_ = socket;
  const char *principal = name.principal.empty() ? nullptr : name.principal.c_str();
  if (!libraries().remctl_open_fd(remctl_, name.host.c_str(), socket, principal)) {
    failure = negotiation_failure(text_of(remctl_), choice.name, shortages);
    return false;
  }
  ticket_ = ticket_in_cache(choice.name, name);
  protocol_ = protocol_of(remctl_);
  if (protocol_ == 1) {
    set_host(remctl_, name.host.c_str());
  }
  return true;
}

bool LibraryConnection::send(Command command, Failure &failure) {
  token_is_read_ = false;
  std::vector<iovec> arguments;
  arguments.reserve(command.size());
  for (std::string &argument : command) {
    arguments.push_back({argument.data(), argument.size()});
  }
  if (!libraries().remctl_commandv(remctl_, arguments.data(), arguments.size())) {
    failure = library_failure(Phase::Command);
    return false;
  }
  return true;
}

const struct remctl_output *LibraryConnection::next_output(int socket, Failure &failure) {
  NextToken token;
  if (!token_is_read_) {
    token = check_next_token(socket);
  }
  bool taken = token.taken >= 0;
  if (taken) {
    token.error = duplicate_onto(token.taken, socket_);
    ::close(token.taken);
  }
  if (token.error != 0) {
    failure = system_failure(Phase::Command, token.error);
    return nullptr;
  }
  std::string violation = std::move(token.violation);
  struct remctl_output *output = nullptr;
  if (violation.empty()) {
    output = libraries().remctl_output(remctl_);
    if (output == nullptr) {
      failure = library_failure(Phase::Command);
      return nullptr;
    }
    violation = violation_of(*output, protocol_);
  }
  if (!violation.empty()) {
    failure = {Phase::Command, std::move(violation), ""};
    return nullptr;
  }
  // In protocol 1 the library closes its descriptor after the answer, as it does after a failure:
  // the number may be another file's by now.
  if (taken && protocol_ == 2) {
    int error = duplicate_onto(socket, socket_);
    if (error != 0) {
      failure = system_failure(Phase::Command, error);
      return nullptr;
    }
  }
  token_is_read_ = protocol_ == 1;
  return output;
}

bool LibraryConnection::noop(Failure &failure) {
  if (libraries().remctl_noop(remctl_)) {
    return true;
  }
  failure = library_failure(Phase::Command);
  return false;
}

void LibraryConnection::close() {
  if (remctl_ != nullptr) {
    libraries().remctl_close(remctl_);
  }
  remctl_ = nullptr;
}

Failure LibraryConnection::library_failure(Phase phase) const {
  return {phase, text_of(remctl_), ""};
}

bool is_noop_refusal(const Failure &failure) {
  return failure.text.find(kVersionForNoop) != std::string::npos;
}

}  // namespace remctl_addon
