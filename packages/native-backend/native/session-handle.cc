// Connects a session's thread with its object in JavaScript.
//
// Each session has a thread-safe function, through which its thread hands over events. When the
// environment ends (a worker that is terminated, or the process), Node frees that function whether
// or not a thread still uses it. A cleanup hook therefore cuts the session off from the function.
// Node runs hooks in reverse order, so this one, added after the function, runs before Node's own.
#include "session-handle.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "outbox.h"
#include "session.h"
#include "system-error.h"

namespace remctl_addon {

namespace {

// Called on the environment's thread when the event loop wakes up. Without an environment or a
// function the environment is ending, and nobody is left to tell.
void on_wake(Napi::Env env, Napi::Function notify, Outbox *outbox, std::nullptr_t *) {
  if (env != nullptr && notify != nullptr) {
    outbox->deliver(env, notify);
  }
}

using Notifier = Napi::TypedThreadSafeFunction<Outbox, std::nullptr_t, on_wake>;

// What a session's thread needs to reach JavaScript. Lives until the thread or the environment
// ends, whichever is first.
struct Link {
  std::shared_ptr<Session> session;
  Outbox outbox;
  Notifier notifier;
  napi_env env = nullptr;
  // Whether the notifier still exists. Only the environment's thread reads and changes it.
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

// The cleanup hook: ends a session whose environment ends.
void cut(void *argument) {
  auto *link = static_cast<Link *>(argument);
  link->session->detach();
  link->session->abort();
}

// Returns the text of an argument, or "" if it is undefined.
std::string text_of(const Napi::Value &value) {
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

// Reads its arguments only by calls that cannot run JavaScript (no properties, no array elements):
// a call that runs JavaScript can fail in a worker that is being terminated.
class SessionHandle : public Napi::ObjectWrap<SessionHandle> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Session",
                       {
                           InstanceMethod<&SessionHandle::send>("send"),
                           InstanceMethod<&SessionHandle::noop>("noop"),
                           InstanceMethod<&SessionHandle::close>("close"),
                           InstanceMethod<&SessionHandle::consumed>("consumed"),
                           InstanceMethod<&SessionHandle::abort>("abort"),
                           InstanceMethod<&SessionHandle::unasked>("unasked"),
                           InstanceMethod<&SessionHandle::sent>("sent"),
                           InstanceMethod<&SessionHandle::received>("received"),
                           InstanceMethod<&SessionHandle::ref>("ref"),
                           InstanceMethod<&SessionHandle::unref>("unref"),
                       });
  }

  // new Session(notify, port, host, principal, ccache, source, timeoutMs, canonicalize)
  //
  // Throws an Error with errno_code() in `code` if the system has no thread for the session.
  explicit SessionHandle(const Napi::CallbackInfo &info) : Napi::ObjectWrap<SessionHandle>(info) {
    Napi::Env env = info.Env();
    SessionOptions options;
    options.port = info[1].As<Napi::Number>().Int32Value();
    options.host = text_of(info[2]);
    options.principal = text_of(info[3]);
    options.ccache = text_of(info[4]);
    options.source = text_of(info[5]);
    options.timeout_ms = info[6].As<Napi::Number>().Int32Value();
    options.canonicalize = info[7].As<Napi::Boolean>().Value();

    auto *link = new Link;
    link->env = env;
    link->notifier = Notifier::New(
        env, info[0].As<Napi::Function>(), "remctl", 0, 1, &link->outbox,
        [link](Napi::Env, void *, Outbox *) {
          *link->alive = false;
          napi_remove_env_cleanup_hook(link->env, cut, link);
          delete link;
        },
        static_cast<void *>(nullptr));
    Notifier notifier = link->notifier;
    // The link outlives the listener. The link goes with the notifier, and the notifier goes in one
    // of two ways: released after the listener's last call, or freed by the environment's end,
    // before which the session is detached.
    auto listener = [link](std::vector<std::unique_ptr<Event>> events) {
      if (link->outbox.add(std::move(events))) {
        link->notifier.NonBlockingCall();
      }
    };
    auto on_end = [notifier]() mutable { notifier.Release(); };
    link->session = Session::start(std::move(options), listener, on_end);
    if (link->session == nullptr) {
      int error = errno;
      notifier.Release();
      Napi::Error failure = Napi::Error::New(env, std::strerror(error));
      failure.Set("code", Napi::String::New(env, errno_code(error)));
      failure.ThrowAsJavaScriptException();
      return;
    }
    napi_add_env_cleanup_hook(env, cut, link);
    session_ = link->session;
    notifier_ = notifier;
    alive_ = link->alive;
  }

  // Closes the connection of a client that nobody holds any more.
  ~SessionHandle() override {
    if (session_ != nullptr) {
      session_->abort();
    }
  }

 private:
  // send(bytes, lengths): the arguments one after the other, and the length of each.
  void send(const Napi::CallbackInfo &info) {
    auto bytes = info[0].As<Napi::Uint8Array>();
    auto lengths = info[1].As<Napi::Uint32Array>();
    const char *at = reinterpret_cast<const char *>(bytes.Data());
    Command command;
    command.reserve(lengths.ElementLength());
    for (size_t i = 0; i < lengths.ElementLength(); i++) {
      command.emplace_back(at, lengths[i]);
      at += lengths[i];
    }
    session_->send(std::move(command));
  }

  void noop(const Napi::CallbackInfo &) { session_->noop(); }
  void close(const Napi::CallbackInfo &) { session_->close(); }
  void abort(const Napi::CallbackInfo &) { session_->abort(); }

  void consumed(const Napi::CallbackInfo &info) {
    session_->consumed(info[0].As<Napi::Number>().Uint32Value());
  }

  Napi::Value unasked(const Napi::CallbackInfo &info) {
    return Napi::String::New(info.Env(), session_->unasked());
  }

  Napi::Value sent(const Napi::CallbackInfo &info) {
    return Napi::Number::New(info.Env(), session_->traffic().sent);
  }

  Napi::Value received(const Napi::CallbackInfo &info) {
    return Napi::Number::New(info.Env(), session_->traffic().received);
  }

  // While referenced, the session keeps the event loop alive.
  void ref(const Napi::CallbackInfo &info) {
    if (*alive_) {
      notifier_.Ref(info.Env());
    }
  }

  void unref(const Napi::CallbackInfo &info) {
    if (*alive_) {
      notifier_.Unref(info.Env());
    }
  }

  std::shared_ptr<Session> session_;
  Notifier notifier_;
  std::shared_ptr<bool> alive_;
};

}  // namespace

Napi::Function define_session(Napi::Env env) { return SessionHandle::define(env); }

}  // namespace remctl_addon
