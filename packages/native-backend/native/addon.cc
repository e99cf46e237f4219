// The glue between Session and JavaScript.
//
// Each session has a thread-safe function, through which its thread hands over events. When the
// environment ends (a worker that is terminated, the process), Node frees that function whether or
// not a thread still uses it; therefore a cleanup hook, added after the function and so run before
// Node's own, cuts the session off from it.
#include <napi.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "layout.h"
#include "session.h"

namespace remctl_addon {

namespace {

// The members of an event in the array that JavaScript gets, one event after the other: see
// src/addon.ts.
constexpr uint32_t kMembers = 5;

// Events on their way from the session's thread to JavaScript. One wake-up carries all that have
// gathered since the last: output comes in many small pieces.
struct Outbox {
  std::mutex mutex;
  std::vector<std::unique_ptr<Event>> events;
};

Napi::Value data_of(Napi::Env env, const Event &event) {
  bool bytes = event.type == Event::Type::Output || event.type == Event::Type::Error;
  if (bytes) return Napi::Buffer<char>::Copy(env, event.data.data(), event.data.size());
  return Napi::String::New(env, event.data);
}

// notify([type, phase, number, data, code, type, ...])
void call_notify(Napi::Env env, Napi::Function notify, Outbox *outbox, std::nullptr_t *) {
  if (env == nullptr || notify == nullptr) return;
  std::vector<std::unique_ptr<Event>> events;
  {
    std::lock_guard<std::mutex> lock(outbox->mutex);
    events.swap(outbox->events);
  }
  if (events.empty()) return;
  Napi::Array array = Napi::Array::New(env, events.size() * kMembers);
  uint32_t at = 0;
  for (const auto &event : events) {
    array.Set(at++, Napi::Number::New(env, static_cast<int>(event->type)));
    array.Set(at++, Napi::String::New(env, event->phase));
    array.Set(at++, Napi::Number::New(env, event->number));
    array.Set(at++, data_of(env, *event));
    array.Set(at++, Napi::String::New(env, event->code));
  }
  notify.Call({array});
}

using Notifier = Napi::TypedThreadSafeFunction<Outbox, std::nullptr_t, call_notify>;

// Lives until its session's thread has ended or the environment has.
struct Link {
  std::shared_ptr<Session> session;
  Outbox outbox;
  Notifier notifier;
  napi_env env = nullptr;
  // Whether the notifier still exists; looked at and changed on the environment's thread alone.
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

void cut(void *argument) {
  auto *link = static_cast<Link *>(argument);
  link->session->detach();
  link->session->abort();
}

std::string text_of(const Napi::Object &options, const char *name) {
  Napi::Value value = options.Get(name);
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

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
                           InstanceMethod<&SessionHandle::activity>("activity"),
                           InstanceMethod<&SessionHandle::ref>("ref"),
                           InstanceMethod<&SessionHandle::unref>("unref"),
                       });
  }

  // new Session({ host, port, principal, ccache, source }, notify)
  explicit SessionHandle(const Napi::CallbackInfo &info)
      : Napi::ObjectWrap<SessionHandle>(info) {
    Napi::Env env = info.Env();
    Napi::Object given = info[0].As<Napi::Object>();
    SessionOptions options;
    options.host = text_of(given, "host");
    options.port = given.Get("port").As<Napi::Number>().Int32Value();
    options.principal = text_of(given, "principal");
    options.ccache = text_of(given, "ccache");
    options.source = text_of(given, "source");

    auto *link = new Link;
    link->env = env;
    link->notifier = Notifier::New(
        env, info[1].As<Napi::Function>(), "remctl", 0, 1, &link->outbox,
        [link](Napi::Env, void *, Outbox *) {
          *link->alive = false;
          napi_remove_env_cleanup_hook(link->env, cut, link);
          delete link;
        },
        static_cast<void *>(nullptr));
    Notifier notifier = link->notifier;
    // The link outlives the listener: it goes when the notifier goes, which is released after the
    // listener's last call, or when the environment ends, before which the session is detached.
    auto listener = [link](std::vector<std::unique_ptr<Event>> events) {
      bool first;
      {
        std::lock_guard<std::mutex> lock(link->outbox.mutex);
        auto &queue = link->outbox.events;
        first = queue.empty();
        for (auto &event : events) queue.push_back(std::move(event));
      }
      if (first) link->notifier.NonBlockingCall();
    };
    auto on_end = [notifier]() mutable { notifier.Release(); };
    link->session = Session::start(std::move(options), listener, on_end);
    if (link->session == nullptr) {
      int error = errno;
      notifier.Release();
      Napi::Error::New(env, std::string("no thread for a connection: ") + std::strerror(error))
          .ThrowAsJavaScriptException();
      return;
    }
    napi_add_env_cleanup_hook(env, cut, link);
    session_ = link->session;
    notifier_ = notifier;
    alive_ = link->alive;
  }

  // The connection of a client that nobody holds any more is closed.
  ~SessionHandle() override {
    if (session_ != nullptr) session_->abort();
  }

 private:
  void send(const Napi::CallbackInfo &info) {
    Napi::Array given = info[0].As<Napi::Array>();
    Session::Words words;
    words.reserve(given.Length());
    for (uint32_t i = 0; i < given.Length(); i++) {
      Napi::Uint8Array word = given.Get(i).As<Napi::Uint8Array>();
      words.emplace_back(reinterpret_cast<const char *>(word.Data()), word.ByteLength());
    }
    session_->send(std::move(words));
  }

  void noop(const Napi::CallbackInfo &) { session_->noop(); }
  void close(const Napi::CallbackInfo &) { session_->close(); }
  void abort(const Napi::CallbackInfo &) { session_->abort(); }

  void consumed(const Napi::CallbackInfo &info) {
    session_->consumed(info[0].As<Napi::Number>().Uint32Value());
  }

  Napi::Value activity(const Napi::CallbackInfo &info) {
    return Napi::Number::New(info.Env(), session_->activity());
  }

  // While referenced, the session keeps the event loop alive.
  void ref(const Napi::CallbackInfo &info) {
    if (*alive_) notifier_.Ref(info.Env());
  }

  void unref(const Napi::CallbackInfo &info) {
    if (*alive_) notifier_.Unref(info.Env());
  }

  std::shared_ptr<Session> session_;
  Notifier notifier_;
  std::shared_ptr<bool> alive_;
};

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("Session", SessionHandle::define(env));
  exports.Set("supportsProtocol1", Napi::Boolean::New(env, layout_is_known()));
  return exports;
}

}  // namespace

}  // namespace remctl_addon

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  return remctl_addon::init(env, exports);
}

NODE_API_MODULE(remctl, Init)
