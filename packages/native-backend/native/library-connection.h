// One connection of libremctl: every call of the library on it.
//
// All functions block, and all belong to one thread. Those that return false or null have set the
// failure; the connection is of no more use then, unless the function says otherwise.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "failure.h"
#include "libremctl.h"
#include "server-name.h"
#include "ticket.h"

namespace remctl_addon {

// A command, as the list of its arguments.
using Command = std::vector<std::string>;

class LibraryConnection {
 public:
  LibraryConnection() = default;
  ~LibraryConnection();
  LibraryConnection(const LibraryConnection &) = delete;
  LibraryConnection &operator=(const LibraryConnection &) = delete;

  // Authenticates on a connected socket. Takes the socket in every case: whoever fails closes it.
  // An empty principal or ccache leaves the choice to the libraries. `name` must live as long as
  // this object: libremctl keeps the addresses of its texts. Changes `name.host` to
  // `name.otherwise` if the KDC does not know the host.
  bool open(int socket, ServerName &name, const std::string &ccache, Failure &failure);

  // Returns the protocol agreed on, 1 or 2.
  int protocol() const { return protocol_; }

  // Returns the ticket that the connection was opened with, if it is known.
  const std::optional<Ticket> &ticket() const { return ticket_; }

  // Sends a command.
  bool send(Command command, Failure &failure);

  // Waits for the next output of the command and checks it, before and after libremctl reads it.
  // `socket` is a duplicate of the connection's socket. The result is the library's, until the next
  // call.
  const struct remctl_output *next_output(int socket, Failure &failure);

  // Sends a NOOP and waits for the answer. After a failure that is_noop_refusal() recognizes the
  // connection goes on.
  bool noop(Failure &failure);

  // Sends MESSAGE_QUIT if the connection still works, and frees everything. May be called twice.
  void close();

 private:
  Failure library_failure(Phase phase) const;

  struct remctl *remctl_ = nullptr;
  // The library's descriptor, until the library closes it.
  int socket_ = -1;
  int protocol_ = 2;
  std::optional<Ticket> ticket_;
  // The library has read the next token already. In protocol 1 output and status come in one token:
  // the library is asked twice, and reads once.
  bool token_is_read_ = false;
};

// Returns whether a NOOP failed only because the server speaks protocol 2, and so answered with
// MESSAGE_VERSION.
bool is_noop_refusal(const Failure &failure);

}  // namespace remctl_addon
