/** One exchange for all who want its result at the same time. */

interface Running<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  waiters: number;
}

/** The exchanges that are under way, by what they are about. */
export type SharedExchanges<T> = Map<string, Running<T>>;

/**
 * Waits for the exchange under `key`, starting it where none is under way. When `signal` aborts, this
 * caller alone rejects, with its reason; the exchange itself is aborted when nobody waits any more.
 */
export function shareExchange<T>(
  exchanges: SharedExchanges<T>,
  key: string,
  start: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal?.aborted) {
    return Promise.reject(signal.reason);
  }
  let running = exchanges.get(key);
  if (running === undefined) {
    const stop = new AbortController();
    const forget = () => {
      if (exchanges.get(key) === begun) {
        exchanges.delete(key);
      }
    };
    const begun: Running<T> = { result: start(stop.signal).finally(forget), stop, waiters: 0 };
    exchanges.set(key, begun);
    running = begun;
  }
  return waitFor(exchanges, key, running, signal);
}

function waitFor<T>(
  exchanges: SharedExchanges<T>,
  key: string,
  running: Running<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  running.waiters += 1;
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      running.waiters -= 1;
      if (running.waiters === 0) {
        // A caller that comes now must not join what is being aborted.
        if (exchanges.get(key) === running) {
          exchanges.delete(key);
        }
        running.stop.abort(signal?.reason);
      }
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    running.result.then(
      (value) => {
        signal?.removeEventListener('abort', onAbort);
        resolve(value);
      },
      (error: unknown) => {
        signal?.removeEventListener('abort', onAbort);
        reject(error);
      },
    );
  });
}
