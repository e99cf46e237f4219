/** One wait at a time, which a time-out or an end interrupts. */

export interface BoundedWait {
  /**
   * Settles as `work` does. After `ms` milliseconds, 0 for no limit, it ends with the error of `onSilent`, and
   * with the reason of `end` if that comes first.
   */
  for<T>(work: T | Promise<T>, ms: number, onSilent: () => unknown): Promise<T>;
  /** Rejects the wait, and every later one. The first reason counts. */
  end(reason: unknown): void;
  /** Throws the reason of the end. */
  throwIfEnded(): void;
}

/** Makes the waits of an open or of a connection. */
export function boundedWait(): BoundedWait {
  let ended: { readonly reason: unknown } | undefined;
  let interrupt: (reason: unknown) => void = () => undefined;

  function end(reason: unknown): void {
    ended ??= { reason };
    interrupt(ended.reason);
  }

  return {
    // Promise.race with a promise that lasts as long as the connection would hold every token in memory.
    for<T>(work: T | Promise<T>, ms: number, onSilent: () => unknown) {
      return new Promise<T>((resolve, reject) => {
        // The global timer is looked up now: a test may have put a clock of its own in its place.
        const timer =
          ms === 0 || ended !== undefined ? undefined : setTimeout(() => end(onSilent()), ms);
        const fail = (reason: unknown) => {
          clearTimeout(timer);
          reject(reason);
        };
        interrupt = fail;
        if (ended !== undefined) {
          reject(ended.reason);
        }
        Promise.resolve(work).then((value) => {
          clearTimeout(timer);
          resolve(value);
        }, fail);
      });
    },
    end,
    throwIfEnded() {
      if (ended !== undefined) {
        throw ended.reason;
      }
    },
  };
}
