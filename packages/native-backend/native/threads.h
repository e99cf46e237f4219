// The sessions' threads. libgssapi and libkrb5 destroy their mutexes when the process ends; a thread
// that is in one of them then has the whole process aborted. So all are ended before that.
#pragma once

#include <functional>

namespace remctl_addon {

// Runs `main` on a thread of its own. When the process ends while it does, `interrupt` is called, on
// another thread, and `main` has up to half a second to return: one in a place that nothing can interrupt is
// left behind. Neither may be kept elsewhere. Returns 0, or the errno where there can be no thread.
int start_thread(std::function<void()> main, std::function<void()> interrupt);

}  // namespace remctl_addon
