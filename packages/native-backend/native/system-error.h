// The system's errors: their names, and which of them are shortages.
#pragma once

#include <string>

namespace remctl_addon {

// Returns "E<number>", which src/failure.ts turns into the name: the C libraries name different
// numbers, and older ones none.
std::string errno_code(int number);

// Returns whether an errno is a shortage: a lack of descriptors or of memory.
bool is_shortage(int number);

// Notes a shortage for shortage_since(). Does nothing for any other errno.
void note_shortage(int number);

// Returns how many shortages have been noted so far, by all threads.
unsigned shortages_noted();

// Returns the errno of a shortage that may be why an operation failed, or 0. `noted` is what
// shortages_noted() returned when the operation began. The shortage exists now, or another thread
// has noted one since; one that is only near (a few descriptors left) counts too.
//
// This is for libraries that do not say why they failed: the resolver takes a hosts file that it
// cannot open for a file without the name, and libkrb5 takes a socket that it cannot make for a
// dead KDC.
int shortage_since(unsigned noted);

}  // namespace remctl_addon
