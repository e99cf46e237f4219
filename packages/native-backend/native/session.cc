// The thread of a session: opens, serves requests, tells the owner.
#include "session.h"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "close-on-exec.h"
#include "dial.h"
#include "host-lookup.h"
#include "system-error.h"
#include "threads.h"

namespace remctl_addon {

namespace {

// How much output is read ahead of the owner. The server has to wait beyond that.
constexpr size_t kReadAhead = 1024 * 1024;

// What a token counts for in addition to its bytes, so that many small tokens are bounded too.
constexpr size_t kTokenCost = 512;

// How much output is gathered before the owner gets it, if more has already arrived.
constexpr size_t kHoldBack = 64 * 1024;

// Returns the event for what the library has read, or null if the library says that nothing comes.
std::unique_ptr<Event> event_of(const struct remctl_output &output) {
  std::unique_ptr<Event> event;
  switch (output.type) {
    case REMCTL_OUT_OUTPUT:
      event = make_event(Event::Type::Output, output.stream);
      break;
    case REMCTL_OUT_STATUS:
      // The library reads the byte through a signed char.
      event = make_event(Event::Type::Status, output.status & 0xff);
      break;
    case REMCTL_OUT_ERROR:
      event = make_event(Event::Type::Error, output.error);
      break;
    case REMCTL_OUT_DONE:
      return nullptr;
  }
  if (output.data != nullptr) {
    event->data.assign(output.data, output.length);
  }
  return event;
}

}  // namespace

std::shared_ptr<Session> Session::start(SessionOptions options, Listener listener,
                                        std::function<void()> on_end) {
  auto session =
      std::make_shared<Session>(std::move(options), std::move(listener), std::move(on_end));
  // The registry of threads holds the reference that keeps the session while its thread runs.
  Session *self = session.get();
  int error = start_thread([session] { session->run(); },
                           [self] {
                             self->detach();
                             self->abort();
                           });
  if (error != 0) {
    errno = error;
    return nullptr;
  }
  return session;
}

Session::Session(SessionOptions options, Listener listener, std::function<void()> on_end)
    : options_(std::move(options)), listener_(std::move(listener)), on_end_(std::move(on_end)) {}

Session::~Session() { drop_socket(); }

// The thread's whole life. The answer to close() comes after all descriptors are closed, so that
// the owner can count on it.
void Session::run() {
  if (open()) {
    serve();
  }
  library_.close();
  drop_socket();
  bool close_was_requested;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    close_was_requested = request_ == Request::Close;
  }
  if (close_was_requested) {
    emit(Event::Type::Closed);
  }
  std::lock_guard<std::mutex> lock(listener_mutex_);
  if (listener_) {
    on_end_();
  }
  listener_ = nullptr;
}

// Connects and authenticates, and tells the owner of each phase as it begins. Returns false if that
// failed, which the owner has been told, or if the session was aborted.
bool Session::open() {
  begin(Phase::Resolve);
  Failure failure;
  NamePolicy policy = options_.principal.empty() ? name_policy() : NamePolicy{};
  DialOptions target{options_.host,
                     options_.port,
                     options_.source,
                     options_.timeout_ms,
                     options_.canonicalize,
                     policy.canonical != NamePolicy::Canonical::No};
  Reached reached;
  bool connected = dial(
      target, aborted_, [this](const std::string &name) { tell_canonical(name); },
      [this] { begin(Phase::Connect); }, reached, failure);
  if (!connected) {
    fail(std::move(failure));
    return false;
  }
  if (!keep_socket(reached.fd)) {
    ::close(reached.fd);
    return false;
  }
  tell_reached(reached);
  begin(Phase::Negotiate);
  name_ = server_name(policy, reached);
  if (!options_.principal.empty()) {
    name_.principal = options_.principal;
  }
  if (!library_.open(reached.fd, name_, options_.ccache, failure)) {
    fail(std::move(failure));
    return false;
  }
  tell_ticket();
  emit(Event::Type::Opened, library_.protocol());
  return true;
}

void Session::tell_reached(const Reached &reached) {
  auto event = make_event(Event::Type::Reached);
  event->data =
      text_of_address(reinterpret_cast<const sockaddr *>(&reached.address), reached.length);
  emit(std::move(event));
}

void Session::tell_ticket() {
  if (!library_.ticket().has_value()) {
    return;
  }
  const Ticket &ticket = *library_.ticket();
  auto event = make_event(Event::Type::Ticket, static_cast<int>(ticket.end));
  event->data = ticket.server;
  event->code = ticket.client;
  emit(std::move(event));
}

// Keeps a duplicate of the connection's socket, which abort() can shut down whatever the library
// does with its own. Returns false if there is no descriptor for it, which the owner has been told,
// or if the session was aborted.
bool Session::keep_socket(int fd) {
  std::lock_guard<std::mutex> lock(mutex_);
  socket_ = duplicate(fd);
  if (socket_ < 0) {
    int error = errno;
    note_shortage(error);
    fail(system_failure(Phase::Connect, error));
    return false;
  }
  return !aborted_;
}

// Serves one request after the other, until the owner closes the session or a request breaks it.
void Session::serve() {
  for (;;) {
    Request next;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return aborted_ || request_ != Request::None; });
      if (aborted_ || request_ == Request::Close) {
        return;
      }
      next = request_;
      request_ = Request::None;
    }
    if (!(next == Request::Send ? run_command() : run_noop())) {
      return;
    }
  }
}

// Sends the command and reads its answer, up to the exit status or the error. Returns false if that
// failed, which the owner has been told, or if the session was aborted.
//
// Tokens that have already arrived are read and handed over together: waking the event loop for
// each costs more than the token. Nothing is held back while this thread waits for the server.
bool Session::run_command() {
  Failure failure;
  if (!library_.send(take_command(), failure)) {
    fail(std::move(failure));
    return false;
  }
  emit(Event::Type::Sent);
  size_t held = 0;
  for (;;) {
    if (!wait_for_reader()) {
      return false;
    }
    if (held >= kHoldBack || !whole_token_is_here()) {
      flush();
      held = 0;
      acknowledge();
    }
    // Without the lock, which abort() needs: only this thread closes the descriptor.
    const struct remctl_output *output = library_.next_output(socket_, failure);
    if (output == nullptr) {
      fail(std::move(failure));
      return false;
    }
    std::unique_ptr<Event> event = event_of(*output);
    if (event == nullptr) {
      fail({Phase::Command, "the answer ended without a status", ""});
      return false;
    }
    if (event->type != Event::Type::Output) {
      emit(std::move(event));
      return true;
    }
    // In protocol 1 a command without output has one empty piece.
    if (event->data.empty()) {
      continue;
    }
    size_t cost = event->data.size() + kTokenCost;
    held += cost;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      unread_ += cost;
    }
    hold(std::move(event));
  }
}

// Sends a NOOP and waits for its answer. Returns whether the connection goes on: it does after a
// NOOP that a server of protocol 2 refuses, although the owner is told of a failure.
bool Session::run_noop() {
  Failure failure;
  if (library_.noop(failure)) {
    emit(Event::Type::Noop);
    return true;
  }
  bool goes_on = is_noop_refusal(failure);
  fail(std::move(failure));
  return goes_on;
}

Command Session::take_command() {
  Command command;
  std::lock_guard<std::mutex> lock(mutex_);
  command.swap(command_);
  return command;
}

// Waits until the owner has taken enough output for more to be read. Returns false if the session
// was aborted.
bool Session::wait_for_reader() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (unread_ >= kReadAhead) {
    // The owner cannot take what it has not got.
    lock.unlock();
    flush();
    lock.lock();
  }
  changed_.wait(lock, [this] { return aborted_ || unread_ < kReadAhead; });
  return !aborted_;
}

bool Session::whole_token_is_here() {
  std::lock_guard<std::mutex> lock(mutex_);
  return socket_ >= 0 && whole_token_is_on(socket_);
}

void Session::acknowledge() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (socket_ >= 0) {
    acknowledge_at_once(socket_);
  }
}

// Keeps an event back until flush().
void Session::hold(std::unique_ptr<Event> event) { held_.push_back(std::move(event)); }

// Hands all events that are held over to the owner, together.
void Session::flush() {
  if (held_.empty()) {
    return;
  }
  std::vector<std::unique_ptr<Event>> events;
  events.swap(held_);
  std::lock_guard<std::mutex> lock(listener_mutex_);
  if (listener_) {
    listener_(std::move(events));
  }
}

// Hands an event over at once, after those that are held.
void Session::emit(std::unique_ptr<Event> event) {
  hold(std::move(event));
  flush();
}

void Session::emit(Event::Type type, int number) { emit(make_event(type, number)); }

void Session::begin(Phase phase) {
  auto event = make_event(Event::Type::Phase);
  event->phase = phase;
  emit(std::move(event));
}

void Session::tell_canonical(const std::string &name) {
  auto event = make_event(Event::Type::Canonical);
  event->data = name;
  emit(std::move(event));
}

void Session::fail(Failure failure) {
  auto event = make_event(Event::Type::Failed);
  event->phase = failure.phase;
  event->data = std::move(failure.text);
  event->code = std::move(failure.code);
  emit(std::move(event));
}

void Session::request(Request what) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    request_ = what;
  }
  changed_.notify_one();
}

void Session::send(Command command) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    command_ = std::move(command);
  }
  request(Request::Send);
}

void Session::noop() { request(Request::Noop); }

void Session::close() { request(Request::Close); }

void Session::consumed(size_t bytes) {
  bool wake;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    bool was_full = unread_ >= kReadAhead;
    size_t cost = bytes + kTokenCost;
    unread_ = unread_ > cost ? unread_ - cost : 0;
    wake = was_full && unread_ < kReadAhead;
  }
  if (wake) {
    changed_.notify_one();
  }
}

void Session::abort() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    aborted_ = true;
    if (socket_ >= 0) {
      ::shutdown(socket_, SHUT_RDWR);
    }
  }
  changed_.notify_one();
}

void Session::detach() {
  std::lock_guard<std::mutex> lock(listener_mutex_);
  listener_ = nullptr;
}

void Session::drop_socket() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (socket_ >= 0) {
    ::close(socket_);
  }
  socket_ = -1;
}

std::string Session::unasked() {
  std::lock_guard<std::mutex> lock(mutex_);
  return socket_ < 0 ? "EOF" : unasked_on(socket_);
}

Traffic Session::traffic() {
  std::lock_guard<std::mutex> lock(mutex_);
  return socket_ < 0 ? Traffic{} : traffic_of(socket_);
}

}  // namespace remctl_addon
