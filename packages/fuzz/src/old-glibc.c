/*
 * What the prebuilt addon of @jazzer.js/fuzzer 4.0.0 wants of glibc 2.38 and GCC 13's libstdc++, for systems
 * that are older, such as Debian 12. The first two differ from the old functions in binary numbers alone; the
 * third is never called.
 */
#include <stdlib.h>

long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }

unsigned long __isoc23_strtoul(const char *text, char **end, int base) {
  return strtoul(text, end, base);
}

void _ZSt21ios_base_library_initv(void) {}
