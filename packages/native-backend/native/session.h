// One connection on a thread of its own. libremctl blocks in every call; nothing here runs on the
// event loop's thread but the short methods, and nothing on libuv's pool.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "event.h"
#include "phase.h"

struct remctl;
struct remctl_output;

namespace remctl_addon {

struct SessionOptions {
  std::string host;
  int port = 0;
  // Empty: the library's default.
  std::string principal;
  std::string ccache;
  std::string source;
  // Milliseconds of silence that the owner bears; 0 for ever. The owner measures it.
  int timeout_ms = 0;
};

// Bytes of a connection, as its system counts them.
struct Traffic {
  double sent = 0;
  double received = 0;
};

// A command, as the list of its arguments.
using Command = std::vector<std::string>;

class Session : public std::enable_shared_from_this<Session> {
 public:
  // Called on the session's thread, never twice at the same time. Calls end with the thread, or with
  // `detach`, whichever is first.
  using Listener = std::function<void(std::vector<std::unique_ptr<Event>>)>;

  // Starts the thread. Returns null, with errno set, where there can be none. `on_end` is called on
  // the thread as its last act, unless the session was detached before.
  static std::shared_ptr<Session> start(SessionOptions options, Listener listener,
                                        std::function<void()> on_end);

  Session(SessionOptions options, Listener listener, std::function<void()> on_end);
  ~Session();
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  // Each is answered by one event: Sent (then tokens), Noop, Closed; or Failed.
  void send(Command command);
  void noop();
  void close();

  // The owner has taken so many bytes of output out of its queue: more may be read.
  void consumed(size_t bytes);

  // Ends everything: what blocks on the socket returns, and the thread cleans up and ends.
  void abort();

  // No listener is called from here on.
  void detach();

  // What has come while nothing was asked: "" for nothing, "DATA" for bytes, "EOF" for the server's end, or
  // the system's name and text for what broke the connection, "ECONNRESET: Connection reset by peer". To be
  // called while no request is under way.
  std::string unasked();

  // How many bytes the network took and gave so far; for telling silence.
  Traffic traffic();

 private:
  enum class Request { None, Send, Noop, Close };

  void run();
  bool open();
  void serve();
  bool run_command();
  bool run_noop();
  void acknowledge_at_once();
  bool token_is_waiting();
  struct remctl_output *next_output(bool whole);
  std::string output_violation(const struct remctl_output &output) const;
  // Events are handed over by flush(), emit() being both.
  void hold(std::unique_ptr<Event> event);
  void flush();
  void emit(std::unique_ptr<Event> event);
  void emit(Event::Type type, int number = 0);
  void phase(Phase begun);
  void fail(Phase phase, std::string text, std::string code = "");
  void fail_from_system(Phase phase, int error);
  void fail_from_library(Phase phase);
  // With the system's name for what this process has run out of, where that may be why.
  void fail_to_negotiate(std::string text, const std::string &ccache, unsigned shortages);
  void request(Request what);
  void drop_socket();

  const SessionOptions options_;
  Listener listener_;
  std::function<void()> on_end_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> aborted_{false};
  Request request_ = Request::None;
  Command command_;
  size_t unread_ = 0;
  // A duplicate of the library's descriptor. The library closes its own when it likes, and the number
  // may then be another file's; this one is closed here and nowhere else.
  int socket_ = -1;

  std::mutex listener_mutex_;

  // Used on the thread alone.
  struct remctl *remctl_ = nullptr;
  // The library's descriptor, until the library closes it.
  int library_fd_ = -1;
  int protocol_ = 2;
  std::vector<std::unique_ptr<Event>> held_;
};

}  // namespace remctl_addon
