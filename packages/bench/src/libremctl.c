// A small client on libremctl, with which the backends are compared.
//
// Usage: libremctl HOST PORT MODE COUNT, with KRB5_CONFIG and KRB5CCNAME set. It prints the seconds
// that MODE took, without those of the first connection. The modes:
//
// - commands: COUNT commands without output, on one connection
// - echo: COUNT commands with one line of output, on one connection
// - output: one command with COUNT bytes of output
// - noop: COUNT NOOPs, on one connection
// - open: opens a connection, runs a command with one line of output and closes the connection,
//   COUNT times
// - open-silent: the same with a command without output
#include <remctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check(int okay, struct remctl *r) {
  if (!okay) {
    fprintf(stderr, "libremctl: %s\n", remctl_error(r));
    exit(1);
  }
}

static size_t run(struct remctl *r, const char **command) {
  size_t length = 0;
  check(remctl_command(r, command), r);
  for (;;) {
    struct remctl_output *output = remctl_output(r);
    check(output != NULL && output->type != REMCTL_OUT_ERROR, r);
    if (output->type != REMCTL_OUT_OUTPUT) {
      return length;
    }
    length += output->length;
  }
}

int main(int argc, char **argv) {
  if (argc != 5) {
    return 2;
  }
  const char *host = argv[1], *mode = argv[3];
  unsigned short port = (unsigned short)atoi(argv[2]);
  long count = atol(argv[4]);
  const char *silent[] = {"true", "hello", NULL};
  const char *small[] = {"echo", "hello", NULL};
  const char *large[] = {"test", "output", argv[4], NULL};
  struct remctl *r = remctl_new();
  check(remctl_open(r, host, port, NULL), r);
  double started = now();
  if (strcmp(mode, "commands") == 0) {
    for (long i = 0; i < count; i++) {
      run(r, silent);
    }
  } else if (strcmp(mode, "echo") == 0) {
    for (long i = 0; i < count; i++) {
      run(r, small);
    }
  } else if (strcmp(mode, "output") == 0) {
    if (run(r, large) != (size_t)count) {
      return 1;
    }
  } else if (strcmp(mode, "noop") == 0) {
    for (long i = 0; i < count; i++) {
      check(remctl_noop(r), r);
    }
  } else if (strcmp(mode, "open") == 0 || strcmp(mode, "open-silent") == 0) {
    const char **command = strcmp(mode, "open") == 0 ? small : silent;
    for (long i = 0; i < count; i++) {
      struct remctl *own = remctl_new();
      check(remctl_open(own, host, port, NULL), own);
      run(own, command);
      remctl_close(own);
    }
  } else {
    return 2;
  }
  printf("%.6f\n", now() - started);
  remctl_close(r);
  return 0;
}
