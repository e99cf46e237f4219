// Ends the demo cleanly by a signal, or without a reader.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** The status that a shell reports for a program that ended by SIGPIPE. Node ignores that signal. */
const BROKEN_PIPE_STATUS = 141;

/**
 * Runs a function with an AbortSignal, which aborts at SIGINT, SIGTERM, SIGHUP and a broken pipe. Once the
 * function has ended, the process ends by the signal that came. Rejects with the function's error if none
 * came. Ctrl-C may come twice, from the terminal and from npm: the second changes nothing.
 */
export async function untilInterrupted(run) {
  const controller = new AbortController();
  let cause;
  const interrupt = (by) => {
    cause ??= by;
    controller.abort();
  };
  const onOutputError = (error) => {
    if (error.code !== 'EPIPE') {
      throw error;
    }
    interrupt('EPIPE');
  };
  for (const signal of SIGNALS) {
    process.on(signal, interrupt);
  }
  process.stdout.on('error', onOutputError);
  try {
    await run(controller.signal);
  } catch (error) {
    if (cause === undefined) {
      throw error;
    }
  } finally {
    for (const signal of SIGNALS) {
      process.off(signal, interrupt);
    }
  }
  if (cause === 'EPIPE') {
    process.exitCode = BROKEN_PIPE_STATUS;
  } else if (cause !== undefined) {
    process.kill(process.pid, cause);
  }
}
