// The sessions' threads, which end before the process does.
//
// libgssapi and libkrb5 destroy their mutexes when the process ends. A thread that is still at work
// in one of them then makes the whole process abort.
#pragma once

#include <functional>

namespace remctl_addon {

// Runs `main` on a thread of its own. Returns 0, or an errno if the system has no thread.
//
// If the process ends before `main` has returned, another thread calls `interrupt`, and `main` has
// up to half a second to return. A thread in a place that nothing can interrupt is left behind. The
// caller may keep neither function elsewhere: the thread destroys both.
int start_thread(std::function<void()> main, std::function<void()> interrupt);

}  // namespace remctl_addon
