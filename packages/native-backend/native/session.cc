#include "session.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

#if defined(__linux__)
// The kernel's tcp_info reaches further than the C library's.
#include <linux/tcp.h>
#else
#include <netinet/tcp.h>
#endif

extern "C" {
#include <remctl.h>
}

#include "ccache.h"
#include "dial.h"
#include "layout.h"
#include "next-token.h"
#include "system-error.h"
#include "threads.h"

namespace remctl_addon {

namespace {

// How much output is read ahead of the owner. Beyond that the server is left to wait.
constexpr size_t kReadAhead = 1024 * 1024;

// What a token counts for beside its bytes, so that many small ones are bounded too.
constexpr size_t kTokenCost = 512;

// How much output is read before it is handed over, where there is more at hand.
constexpr size_t kHoldBack = 64 * 1024;

// What precedes the output in a message (specification, sections 2.5 and 3).
constexpr size_t kOutputHeaderLength = 7;
constexpr size_t kOutputHeaderLengthV1 = 8;

// Protocol 1 has no error message: the server sends this as the status.
constexpr int kFailureV1 = -1;
constexpr int kMaxStatus = 255;

}  // namespace

std::shared_ptr<Session> Session::start(SessionOptions options, Listener listener,
                                        std::function<void()> on_end) {
  auto session =
      std::make_shared<Session>(std::move(options), std::move(listener), std::move(on_end));
  // The registry of threads has the reference that keeps the session while its thread runs.
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

void Session::run() {
  if (open()) {
    serve();
  }
  if (remctl_ != nullptr) {
    remctl_close(remctl_);
  }
  remctl_ = nullptr;
  drop_socket();
  // The close that was asked for is done only now, with the descriptors gone.
  bool asked;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    asked = request_ == Request::Close;
  }
  if (asked) {
    emit(Event::Type::Closed);
  }
  std::lock_guard<std::mutex> lock(listener_mutex_);
  if (listener_) {
    on_end_();
  }
  listener_ = nullptr;
}

bool Session::open() {
  phase(Phase::Resolve);
  DialFailure failure;
  DialOptions where{options_.host, options_.port, options_.source, options_.timeout_ms};
  int fd = dial(
      where, aborted_, [this] { phase(Phase::Connect); }, failure);
  if (fd < 0) {
    fail(failure.phase, std::move(failure.message), std::move(failure.code));
    return false;
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    socket_ = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (socket_ < 0) {
      int error = errno;
      note_shortage(error);
      ::close(fd);
      fail_from_system(Phase::Connect, error);
      return false;
    }
    if (aborted_) {
      ::close(fd);
      return false;
    }
  }
  phase(Phase::Negotiate);
  unsigned shortages = shortages_noted();
  remctl_ = remctl_new();
  if (remctl_ == nullptr) {
    ::close(fd);
    fail(Phase::Negotiate, "cannot allocate memory", "ENOMEM");
    return false;
  }
  CcacheChoice ccache = choose_ccache(options_.ccache, options_.host, options_.principal);
  if (!ccache.failure.empty()) {
    fail_to_negotiate(std::move(ccache.failure), ccache.name, shortages);
    ::close(fd);
    return false;
  }
  if (!ccache.name.empty() && !remctl_set_ccache(remctl_, ccache.name.c_str())) {
    ::close(fd);
    fail_from_library(Phase::Negotiate);
    return false;
  }
  const char *principal = options_.principal.empty() ? nullptr : options_.principal.c_str();
  // From here on the descriptor is the library's.
  library_fd_ = fd;
  if (!remctl_open_fd(remctl_, options_.host.c_str(), fd, principal)) {
    const char *text = remctl_error(remctl_);
    fail_to_negotiate(text != nullptr ? text : "unknown error", ccache.name, shortages);
    return false;
  }
  protocol_ = protocol_of(remctl_);
  if (protocol_ == 1) {
    set_host(remctl_, options_.host.c_str());
  }
  emit(Event::Type::Opened, protocol_);
  return true;
}

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

bool Session::run_command() {
  Command words;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    words.swap(command_);
  }
  {
    std::vector<iovec> parts;
    parts.reserve(words.size());
    for (std::string &word : words) {
      parts.push_back({word.data(), word.size()});
    }
    if (!remctl_commandv(remctl_, parts.data(), parts.size())) {
      fail_from_library(Phase::Command);
      return false;
    }
  }
  words.clear();
  emit(Event::Type::Sent);
  size_t held = 0;
  // Protocol 1 has output and status in one token: the library is asked twice, and reads once.
  bool whole = false;
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      if (unread_ >= kReadAhead) {
        lock.unlock();
        flush();
        lock.lock();
      }
      changed_.wait(lock, [this] { return aborted_ || unread_ < kReadAhead; });
      if (aborted_) {
        return false;
      }
    }
    // Tokens that are here already are read and handed over together: a wake-up for each costs more
    // than the token. Nothing is held back while this thread waits for the server.
    if (held >= kHoldBack || !token_is_waiting()) {
      flush();
      held = 0;
      acknowledge_at_once();
    }
    struct remctl_output *output = next_output(whole);
    if (output == nullptr) {
      return false;
    }
    whole = protocol_ == 1;
    std::unique_ptr<Event> event;
    switch (output->type) {
      case REMCTL_OUT_OUTPUT:
        // In protocol 1 a command without output has one piece of nothing.
        if (output->length == 0) {
          continue;
        }
        event = make_event(Event::Type::Output, output->stream);
        break;
      case REMCTL_OUT_STATUS:
        // The library reads the byte through a signed char.
        event = make_event(Event::Type::Status, output->status & 0xff);
        break;
      case REMCTL_OUT_ERROR:
        event = make_event(Event::Type::Error, output->error);
        break;
      case REMCTL_OUT_DONE:
        fail(Phase::Command, "the answer ended without a status");
        return false;
    }
    if (output->data != nullptr) {
      event->data.assign(output->data, output->length);
    }
    if (event->type != Event::Type::Output) {
      emit(std::move(event));
      return true;
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

// What the library reads from the next token. Null after a failure, which the owner has been told then.
// `whole`: the token has been read already, and the library has more of it to say.
struct remctl_output *Session::next_output(bool whole) {
  NextToken token;
  // Without the lock, which abort() needs: the descriptor is closed on this thread alone.
  if (!whole) {
    token = check_next_token(socket_);
  }
  bool taken = token.taken >= 0;
  if (taken) {
    token.error = make_copy(token.taken, library_fd_);
    ::close(token.taken);
  }
  if (token.error != 0) {
    fail_from_system(Phase::Command, token.error);
    return nullptr;
  }
  std::string wrong = std::move(token.violation);
  struct remctl_output *output = nullptr;
  if (wrong.empty()) {
    output = remctl_output(remctl_);
    if (output == nullptr) {
      fail_from_library(Phase::Command);
      return nullptr;
    }
    wrong = output_violation(*output);
  }
  if (!wrong.empty()) {
    fail(Phase::Command, std::move(wrong));
    return nullptr;
  }
  // In protocol 1 the library has closed its descriptor after the answer, as it does after a failure: the
  // number may be another file's.
  if (taken && protocol_ == 2) {
    int error = make_copy(socket_, library_fd_);
    if (error != 0) {
      fail_from_system(Phase::Command, error);
      return nullptr;
    }
  }
  return output;
}

// What the protocol forbids and the library takes, in what the library has read.
std::string Session::output_violation(const struct remctl_output &output) const {
  if (output.type == REMCTL_OUT_OUTPUT) {
    size_t header = protocol_ == 1 ? kOutputHeaderLengthV1 : kOutputHeaderLength;
    if (output.length + header > kMessageMaxLength) {
      return "a message of " + std::to_string(output.length + header) + " octets from server";
    }
  }
  // In protocol 1 it is four octets, of which all but the last would be lost. In protocol 2 it is one.
  if (output.type == REMCTL_OUT_STATUS && protocol_ == 1 &&
      (output.status < kFailureV1 || output.status > kMaxStatus)) {
    return "exit status " + std::to_string(static_cast<uint32_t>(output.status)) + " from server";
  }
  return "";
}

// Whether a whole token is waiting on the socket, so that reading it will not block. (The header is a
// flags octet and a length of four: specification, section 1.)
bool Session::token_is_waiting() {
  unsigned char header[kTokenHeaderLength];
  int waiting = 0;
  std::lock_guard<std::mutex> lock(mutex_);
  if (socket_ < 0 || ioctl(socket_, FIONREAD, &waiting) < 0) {
    return false;
  }
  if (recv(socket_, header, sizeof(header), MSG_PEEK | MSG_DONTWAIT) != kTokenHeaderLength) {
    return false;
  }
  uint32_t length;
  std::memcpy(&length, header + 1, sizeof(length));
  return static_cast<int64_t>(waiting) >= kTokenHeaderLength + static_cast<int64_t>(ntohl(length));
}

// remctld leaves Nagle's algorithm on: its STATUS waits until its OUTPUT has been acknowledged, which
// the kernel here puts off for up to 40 ms. Asking for acknowledgements at once, a setting that the
// kernel forgets again, makes short commands many times faster. Without it they are only slow.
void Session::acknowledge_at_once() {
#if defined(__linux__)
  int on = 1;
  std::lock_guard<std::mutex> lock(mutex_);
  if (socket_ >= 0) {
    (void)setsockopt(socket_, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
  }
#endif
}

bool Session::run_noop() {
  if (remctl_noop(remctl_)) {
    emit(Event::Type::Noop);
    return true;
  }
  fail_from_library(Phase::Command);
  // A server of protocol 2 answers with MESSAGE_VERSION, and the connection goes on.
  return std::strstr(remctl_error(remctl_), "unexpected message type 6") != nullptr;
}

void Session::emit(std::unique_ptr<Event> event) {
  hold(std::move(event));
  flush();
}

void Session::hold(std::unique_ptr<Event> event) { held_.push_back(std::move(event)); }

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

void Session::emit(Event::Type type, int number) { emit(make_event(type, number)); }

void Session::phase(Phase begun) {
  auto event = make_event(Event::Type::Phase);
  event->phase = begun;
  emit(std::move(event));
}

void Session::fail(Phase phase, std::string text, std::string code) {
  auto event = make_event(Event::Type::Failed);
  event->phase = phase;
  event->data = std::move(text);
  event->code = std::move(code);
  emit(std::move(event));
}

void Session::fail_from_system(Phase phase, int error) {
  fail(phase, std::strerror(error), errno_name(error));
}

void Session::fail_from_library(Phase phase) {
  const char *text = remctl_error(remctl_);
  fail(phase, text != nullptr ? text : "unknown error");
}

void Session::fail_to_negotiate(std::string text, const std::string &ccache, unsigned shortages) {
  int shortage = shortage_since(shortages);
  if (shortage == 0 && is_unexplained(text, ccache)) {
    shortage = EMFILE;
  }
  fail(Phase::Negotiate, std::move(text), shortage == 0 ? "" : errno_name(shortage));
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
    bool full = unread_ >= kReadAhead;
    size_t cost = bytes + kTokenCost;
    unread_ = unread_ > cost ? unread_ - cost : 0;
    wake = full && unread_ < kReadAhead;
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
  char octet;
  std::lock_guard<std::mutex> lock(mutex_);
  if (socket_ < 0) {
    return "EOF";
  }
  ssize_t got = recv(socket_, &octet, sizeof(octet), MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) {
    return "DATA";
  }
  if (got == 0) {
    return "EOF";
  }
  int error = errno;
  bool nothing = error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
  return nothing ? "" : errno_name(error) + ": " + std::strerror(error);
}

Traffic Session::traffic() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (socket_ < 0) {
    return {};
  }
#if defined(__linux__)
  tcp_info info{};
  socklen_t length = sizeof(info);
  if (getsockopt(socket_, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) {
    return {};
  }
  return {static_cast<double>(info.tcpi_bytes_acked),
          static_cast<double>(info.tcpi_bytes_received)};
#elif defined(__APPLE__)
  tcp_connection_info info{};
  socklen_t length = sizeof(info);
  if (getsockopt(socket_, IPPROTO_TCP, TCP_CONNECTION_INFO, &info, &length) < 0) {
    return {};
  }
  return {static_cast<double>(info.tcpi_txbytes), static_cast<double>(info.tcpi_rxbytes)};
#else
#error "tell how many bytes a socket of this system has sent and received"
#endif
}

}  // namespace remctl_addon
