/**
 * Shares one exchange among all callers who want its result.
 *
 * An exchange goes on for a while after all who wait have gone, by time-out or abort. The next
 * caller joins it, or finds its result. It does not keep the process alive then.
 */
import { onAbort } from '../abort-calls.js';
import { setAbandonment } from '../kdc/abandoned.js';

/** Milliseconds that an exchange goes on when nobody waits any more. */
const ABANDONED_MS = 10_000;
/** The time of a timer that never fires: while the timer is set, the process lives. */
const FOR_EVER_MS = 2 ** 31 - 1;

interface Running<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  /** Aborts the first time that nobody waits any more. */
  readonly abandoned: AbortController;
  waiters: number;
  abandonedTimer: NodeJS.Timeout | undefined;
}

/** The exchanges that are under way, each under its key. */
export type SharedExchanges<T> = Map<string, Running<T>>;

/**
 * Waits for the exchange under `key`, and starts it if none is under way. When `signal` aborts, only
 * this caller's promise rejects, with the signal's reason. The exchange itself ends 10 seconds after
 * the last caller who waited has gone. A caller who joins an abandoned exchange does not share its
 * failure, but starts another exchange.
 */
export async function shareExchange<T>(
  exchanges: SharedExchanges<T>,
  key: string,
  start: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted();
  const running = exchanges.get(key);
  if (running === undefined) {
    return waitFor(begin(exchanges, key, start), signal);
  }
  if (!running.abandoned.signal.aborted) {
    return waitFor(running, signal);
  }
  try {
    return await waitFor(running, signal);
  } catch {
    signal?.throwIfAborted();
    return waitFor(exchanges.get(key) ?? begin(exchanges, key, start), signal);
  }
}

function begin<T>(
  exchanges: SharedExchanges<T>,
  key: string,
  start: (signal: AbortSignal) => Promise<T>,
): Running<T> {
  const stop = new AbortController();
  const abandoned = new AbortController();
  setAbandonment(stop.signal, abandoned.signal);
  const running: Running<T> = {
    result: start(stop.signal).finally(() => {
      clearTimeout(running.abandonedTimer);
      if (exchanges.get(key) === running) {
        exchanges.delete(key);
      }
    }),
    stop,
    abandoned,
    waiters: 0,
    abandonedTimer: undefined,
  };
  exchanges.set(key, running);
  return running;
}

function waitFor<T>(running: Running<T>, signal: AbortSignal | undefined): Promise<T> {
  running.waiters += 1;
  clearTimeout(running.abandonedTimer);
  const alive = setTimeout(() => undefined, FOR_EVER_MS);
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(alive);
      notAnyMore?.();
      running.waiters -= 1;
    };
    const notAnyMore =
      signal &&
      onAbort(signal, () => {
        leave();
        if (running.waiters === 0) {
          running.abandonedTimer = setTimeout(
            () => running.stop.abort(signal.reason),
            ABANDONED_MS,
          ).unref();
          running.abandoned.abort(signal.reason);
        }
        reject(signal.reason);
      });
    running.result.then(
      (value) => {
        if (signal?.aborted !== true) {
          leave();
        }
        resolve(value);
      },
      (error: unknown) => {
        if (signal?.aborted !== true) {
          leave();
        }
        reject(error);
      },
    );
  });
}
