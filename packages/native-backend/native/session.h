// One connection on a thread of its own.
//
// libremctl blocks in every call. Only the short methods of Session run on the event loop's thread,
// and nothing runs on libuv's pool.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connection-socket.h"
#include "dial.h"
#include "event.h"
#include "failure.h"
#include "library-connection.h"
#include "phase.h"
#include "server-name.h"

namespace remctl_addon {

struct SessionOptions {
  std::string host;
  int port = 0;
  // The server's principal; empty for the library's default.
  std::string principal;
  // The credential cache's name; empty for the library's default.
  std::string ccache;
  // A numeric address to connect from; empty for any.
  std::string source;
  // Milliseconds that the server may be silent; 0 for ever. The owner measures the silence: the
  // session only takes care that every address has its turn before.
  int timeout_ms = 0;
  // Whether the host's canonical name takes the place of its name.
  bool canonicalize = false;
};

class Session {
 public:
  // Called on the session's thread, never twice at the same time. Calls end with the thread, or
  // with detach(), whichever is first.
  using Listener = std::function<void(std::vector<std::unique_ptr<Event>>)>;

  // Starts the thread, which connects, authenticates, and then waits for requests. Returns null,
  // with errno set, if the system has no thread. `on_end` is called on the thread as its last act,
  // unless the session was detached before.
  static std::shared_ptr<Session> start(SessionOptions options, Listener listener,
                                        std::function<void()> on_end);

  Session(SessionOptions options, Listener listener, std::function<void()> on_end);
  ~Session();
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  // The three requests. One event answers each: Sent (then the outputs), Noop, Closed; or Failed.
  void send(Command command);
  void noop();
  void close();

  // Says that the owner has taken so many bytes of output out of its queue: the thread may read so
  // many more.
  void consumed(size_t bytes);

  // Ends everything: a call that blocks on the socket returns, and the thread cleans up and ends.
  void abort();

  // Has the session call no listener from here on.
  void detach();

  // As unasked_on() for the session's socket; "EOF" if the session has closed it. The owner may
  // call it only while no request is under way.
  std::string unasked();

  // As traffic_of() for the session's socket; zeros if there is none. Silence shows as no traffic.
  Traffic traffic();

 private:
  enum class Request { None, Send, Noop, Close };

  void run();
  bool open();
  bool keep_socket(int fd);
  void serve();
  bool run_command();
  bool run_noop();
  Command take_command();
  bool wait_for_reader();
  bool whole_token_is_here();
  void acknowledge();
  void hold(std::unique_ptr<Event> event);
  void flush();
  void emit(std::unique_ptr<Event> event);
  void emit(Event::Type type, int number = 0);
  void begin(Phase phase);
  void tell_canonical(const std::string &name);
  void tell_reached(const Reached &reached);
  void tell_ticket();
  void fail(Failure failure);
  void request(Request what);
  void drop_socket();

  const SessionOptions options_;

  // Guards the members from here to socket_.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> aborted_{false};
  Request request_ = Request::None;
  Command command_;
  // How much output the owner has got and not taken yet.
  size_t unread_ = 0;
  // A duplicate of the library's descriptor. The library closes its own whenever it likes, and the
  // number may be another file's then. Only drop_socket() closes this one.
  int socket_ = -1;

  // Guards the next two members.
  std::mutex listener_mutex_;
  Listener listener_;
  std::function<void()> on_end_;

  // Only the session's thread uses these. libremctl keeps the address of the name's text.
  ServerName name_;
  LibraryConnection library_;
  std::vector<std::unique_ptr<Event>> held_;
};

}  // namespace remctl_addon
