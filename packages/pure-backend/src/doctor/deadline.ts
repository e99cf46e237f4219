/** The end of a step's time. */

/**
 * Calls `end` after `ms` milliseconds, and returns what calls it off. An answer that came while this process was busy
 * waits unread when the timer is late; it is read first.
 */
export function deadline(ms: number, end: () => void): () => void {
  let isOff = false;
  const timer = setTimeout(() => {
    // Node runs timers before it reads sockets, and immediates after.
    setImmediate(() => {
      if (!isOff) {
        end();
      }
    });
  }, ms);
  return () => {
    isOff = true;
    clearTimeout(timer);
  };
}

/** Runs `work` with a signal that aborts with `signal`, or after `ms` milliseconds, when what has come is read. */
export async function withinMs<T>(
  ms: number,
  signal: AbortSignal,
  work: (within: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const off = deadline(ms, () =>
    controller.abort(new DOMException('no answer in time', 'TimeoutError')),
  );
  try {
    return await work(AbortSignal.any([signal, controller.signal]));
  } finally {
    off();
  }
}
