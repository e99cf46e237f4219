/** Waiting for what cannot be waited for without end. */

export interface Bounds {
  /** Milliseconds; 0 for ever. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Settles as `work` does, or rejects with the signal's reason or `onTimeout`'s error, whichever is first. */
export function bounded<T>(
  work: Promise<T>,
  { timeoutMs, signal }: Bounds,
  onTimeout: () => Error,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => settle(() => reject(signal.reason));
    const timedOut = () => settle(() => reject(onTimeout()));
    // Where the process was busy, timers come before what has arrived meanwhile: that is seen first.
    const timer = timeoutMs === 0 ? undefined : setTimeout(() => setImmediate(timedOut), timeoutMs);
    function settle(how: () => void): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      how();
    }
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) {
      onAbort();
    }
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}
