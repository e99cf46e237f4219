/** Waits with a time-out and an abort signal. */

export interface Bounds {
  /** Milliseconds; 0 sets no limit. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Settles as `work` does, or throws the signal's reason or `onTimeout`'s error, whichever is first. */
export function bounded<T>(
  work: Promise<T>,
  { timeoutMs, signal }: Bounds,
  onTimeout: () => Error,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => settle(() => reject(signal.reason));
    const onTimer = () => settle(() => reject(onTimeout()));
    // In a process that was busy, timers fire before what has arrived meanwhile is seen.
    const timer = timeoutMs === 0 ? undefined : setTimeout(() => setImmediate(onTimer), timeoutMs);
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

/** Settles as `bounded` does. The signal that `begin` gets aborts with what this throws. */
export async function boundedWork<T>(
  begin: (signal: AbortSignal) => Promise<T>,
  bounds: Bounds,
  onTimeout: () => Error,
): Promise<T> {
  const controller = new AbortController();
  try {
    return await bounded(begin(controller.signal), bounds, onTimeout);
  } catch (error) {
    controller.abort(error);
    throw error;
  }
}

/** As `boundedWork`, for work that tells how far it came when its signal aborts: settles as the work does. */
export function workUntil<T>(
  begin: (signal: AbortSignal) => Promise<T>,
  bounds: Bounds,
  onTimeout: () => Error,
): Promise<T> {
  const controller = new AbortController();
  const work = begin(controller.signal);
  bounded(work, bounds, onTimeout).catch((error: unknown) => controller.abort(error));
  return work;
}
