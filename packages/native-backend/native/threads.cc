// Keeps the list of running threads, and ends them with the process.
#include "threads.h"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <utility>
#include <vector>

namespace remctl_addon {

namespace {

// Enough for GSS-API and its plug-ins; only pages that are used take memory.
constexpr size_t kStackSize = 1024 * 1024;

// How long the process's end waits for the threads.
constexpr std::chrono::milliseconds kEndWait{500};

struct Thread {
  std::function<void()> main;
  std::function<void()> interrupt;
};

struct Registry {
  std::mutex mutex;
  std::condition_variable changed;
  std::list<Thread> running;
  // How many threads have been started and have not come to the last line of thread_main.
  size_t alive = 0;
  // Threads that have returned from `main` and that nobody has joined yet. Each thread that ends
  // joins the ones before it: after `main` a thread still runs the libraries' clean-up of their
  // thread-specific data.
  std::vector<pthread_t> ended;
  bool ending = false;
};

// Returns the one registry. It is never destroyed: threads that were left behind may use it late.
Registry &registry() {
  static auto *only = new Registry;
  return *only;
}

using Entry = std::list<Thread>::iterator;

// Runs one thread, from its entry in the registry to its place among the ended.
void *thread_main(void *argument) {
  std::unique_ptr<Entry> entry(static_cast<Entry *>(argument));
  Registry &all = registry();
  (*entry)->main();
  std::list<Thread> own;
  std::vector<pthread_t> earlier;
  {
    std::lock_guard<std::mutex> lock(all.mutex);
    own.splice(own.begin(), all.running, *entry);
    if (!all.ending) {
      earlier.swap(all.ended);
    }
  }
  // Without the lock: this may destroy a session, whose last reference may be here.
  own.clear();
  for (pthread_t thread : earlier) {
    pthread_join(thread, nullptr);
  }
  {
    std::lock_guard<std::mutex> lock(all.mutex);
    all.ended.push_back(pthread_self());
    all.alive--;
  }
  all.changed.notify_all();
  return nullptr;
}

// Interrupts all threads, and waits until they have ended. Registered with atexit(): such handlers
// run before the finalizers of libraries.
void at_end() {
  Registry &all = registry();
  std::unique_lock<std::mutex> lock(all.mutex);
  all.ending = true;
  for (Thread &thread : all.running) {
    thread.interrupt();
  }
  all.changed.wait_for(lock, kEndWait, [&all] { return all.alive == 0; });
  std::vector<pthread_t> ended;
  ended.swap(all.ended);
  lock.unlock();
  for (pthread_t thread : ended) {
    pthread_join(thread, nullptr);
  }
}

}  // namespace

int start_thread(std::function<void()> main, std::function<void()> interrupt) {
  static const int registered = std::atexit(at_end);
  if (registered != 0) {
    return ENOMEM;
  }
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  // Signals are for the main thread. Above all SIGPIPE, which libremctl does nothing against.
  sigset_t every;
  sigset_t before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  Registry &all = registry();
  std::list<Thread> refused;
  int error;
  {
    std::lock_guard<std::mutex> lock(all.mutex);
    all.running.push_back({std::move(main), std::move(interrupt)});
    auto entry = std::make_unique<Entry>(std::prev(all.running.end()));
    pthread_t thread;
    error = pthread_create(&thread, &attributes, thread_main, entry.get());
    if (error == 0) {
      all.alive++;
      (void)entry.release();
    } else {
      refused.splice(refused.begin(), all.running, *entry);
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return error;
}

}  // namespace remctl_addon
