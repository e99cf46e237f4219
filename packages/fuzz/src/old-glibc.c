// Functions of glibc 2.38 and GCC 13's libstdc++ for older systems.
//
// The prebuilt addon of @jazzer.js/fuzzer 4.0.0 needs them; Debian 12 lacks them. The first two
// call the old functions, which differ only in that they cannot read binary numbers. The third is
// never called.
#include <stdlib.h>

long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }

unsigned long __isoc23_strtoul(const char *text, char **end, int base) {
  return strtoul(text, end, base);
}

void _ZSt21ios_base_library_initv(void) {}
