// Fields and hexadecimal digits in the lines of C programs for tests.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/* Reads a field of octets, where "-" is an empty string. The caller frees the result. */
static char *unhex(const char *text, size_t *length) {
  char *octets;
  size_t i;

  *length = strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
  octets = malloc(*length + 1);
  for (i = 0; i < *length; i++) {
    octets[i] = (char)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
  }
  return octets;
}

/* Prints octets as a line, where "-" is an empty string. */
static void print_hex(const void *octets, size_t length) {
  const unsigned char *from = octets;
  size_t i;

  if (length == 0) {
    putchar('-');
  }
  for (i = 0; i < length; i++) {
    putchar("0123456789abcdef"[from[i] >> 4]);
    putchar("0123456789abcdef"[from[i] & 15]);
  }
  putchar('\n');
}

/* Points `fields` at the `count` first fields of a line; those that the line lacks are empty. */
static void split(char *line, char **fields, int count) {
  char *rest = line;
  int i;

  for (i = 0; i < count; i++) {
    char *field = strsep(&rest, " \n");
    fields[i] = field == NULL ? "" : field;
  }
}
