// The system's errors: their names, and which of them are shortages of this process or machine.
#pragma once

#include <string>

namespace remctl_addon {

// The name of an errno, such as "ECONNRESET"; "E<number>" where the C library has none.
std::string errno_name(int number);

// Whether it is a lack of descriptors or memory, whoever was to be called.
bool is_shortage(int number);

// Keeps a shortage in mind, for shortage_since. Any other error is passed over.
void note_shortage(int number);

// How many shortages were noted so far.
unsigned shortages_noted();

// The errno of a shortage that may be why something failed that was begun when so many had been noted: one
// that there is at this moment, nearly, or one that another thread has come upon since; else 0. For libraries
// that do not say why they failed: the resolver takes a hosts file that it cannot open for one without the
// name, and libkrb5 a socket that it cannot make for a KDC that is dead.
int shortage_since(unsigned noted);

}  // namespace remctl_addon
