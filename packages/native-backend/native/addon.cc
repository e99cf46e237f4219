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
#include "system-error.h"

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

napi_status data_of(napi_env env, const Event &event, napi_value *data) {
  if (event.type == Event::Type::Output || event.type == Event::Type::Error) {
    return napi_create_buffer_copy(env, event.data.size(), event.data.data(), nullptr, data);
  }
  return napi_create_string_utf8(env, event.data.data(), event.data.size(), data);
}

bool append(napi_env env, napi_value array, uint32_t &at, const Event &event) {
  napi_value members[kMembers];
  if (napi_create_int32(env, static_cast<int>(event.type), &members[0]) != napi_ok ||
      napi_create_string_utf8(env, event.phase, NAPI_AUTO_LENGTH, &members[1]) != napi_ok ||
      napi_create_int32(env, event.number, &members[2]) != napi_ok ||
      data_of(env, event, &members[3]) != napi_ok ||
      napi_create_string_utf8(env, event.code.c_str(), event.code.size(), &members[4]) != napi_ok) {
    return false;
  }
  for (napi_value member : members) {
    if (napi_set_element(env, array, at++, member) != napi_ok) {
      return false;
    }
  }
  return true;
}

// notify([type, phase, number, data, code, type, ...])
//
// By Node-API itself: in a worker that is being terminated every call may fail, which node-addon-api
// answers by ending the process. There is nobody to tell then, and nothing is lost.
void call_notify(napi_env env, napi_value notify, Outbox *outbox) {
  std::vector<std::unique_ptr<Event>> events;
  {
    std::lock_guard<std::mutex> lock(outbox->mutex);
    events.swap(outbox->events);
  }
  napi_value array;
  napi_value undefined;
  if (events.empty() ||
      napi_create_array_with_length(env, events.size() * kMembers, &array) != napi_ok ||
      napi_get_undefined(env, &undefined) != napi_ok) {
    return;
  }
  uint32_t at = 0;
  for (const auto &event : events) {
    if (!append(env, array, at, *event)) {
      return;
    }
  }
  // What the function throws stays pending, and Node reports it as uncaught.
  (void)napi_call_function(env, undefined, notify, 1, &array, nullptr);
}

void on_wake(Napi::Env env, Napi::Function notify, Outbox *outbox, std::nullptr_t *) {
  if (env != nullptr && notify != nullptr) {
    call_notify(env, notify, outbox);
  }
}

using Notifier = Napi::TypedThreadSafeFunction<Outbox, std::nullptr_t, on_wake>;

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

// The text of an argument; empty where it is undefined.
std::string text_of(const Napi::Value &value) {
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

// Arguments are looked at by calls that cannot run JavaScript, and so cannot fail in a worker that is
// being terminated: no properties, no array elements.
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

  // new Session(notify, port, host, principal, ccache, source, timeoutMs)
  explicit SessionHandle(const Napi::CallbackInfo &info) : Napi::ObjectWrap<SessionHandle>(info) {
    Napi::Env env = info.Env();
    SessionOptions options;
    options.port = info[1].As<Napi::Number>().Int32Value();
    options.host = text_of(info[2]);
    options.principal = text_of(info[3]);
    options.ccache = text_of(info[4]);
    options.source = text_of(info[5]);
    options.timeout_ms = info[6].As<Napi::Number>().Int32Value();

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
    // The link outlives the listener: it goes when the notifier goes, which is released after the
    // listener's last call, or when the environment ends, before which the session is detached.
    auto listener = [link](std::vector<std::unique_ptr<Event>> events) {
      bool first;
      {
        std::lock_guard<std::mutex> lock(link->outbox.mutex);
        auto &queue = link->outbox.events;
        first = queue.empty();
        for (auto &event : events) {
          queue.push_back(std::move(event));
        }
      }
      if (first) {
        link->notifier.NonBlockingCall();
      }
    };
    auto on_end = [notifier]() mutable { notifier.Release(); };
    link->session = Session::start(std::move(options), listener, on_end);
    if (link->session == nullptr) {
      int error = errno;
      notifier.Release();
      Napi::Error failure = Napi::Error::New(env, std::strerror(error));
      failure.Set("code", Napi::String::New(env, errno_name(error)));
      failure.ThrowAsJavaScriptException();
      return;
    }
    napi_add_env_cleanup_hook(env, cut, link);
    session_ = link->session;
    notifier_ = notifier;
    alive_ = link->alive;
  }

  // The connection of a client that nobody holds any more is closed.
  ~SessionHandle() override {
    if (session_ != nullptr) {
      session_->abort();
    }
  }

 private:
  // send(bytes, lengths): the words one after the other, and the length of each.
  void send(const Napi::CallbackInfo &info) {
    auto bytes = info[0].As<Napi::Uint8Array>();
    auto lengths = info[1].As<Napi::Uint32Array>();
    const char *at = reinterpret_cast<const char *>(bytes.Data());
    Session::Words words;
    words.reserve(lengths.ElementLength());
    for (size_t i = 0; i < lengths.ElementLength(); i++) {
      words.emplace_back(at, lengths[i]);
      at += lengths[i];
    }
    session_->send(std::move(words));
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
