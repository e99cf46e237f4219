/**
 * Exchanges that go on when nobody waits for them any more.
 *
 * Their sockets and timers do not keep the process alive. A question to DNS would, so it ends when
 * the last caller who waits has gone.
 */

/** For the signal that ends an exchange: the signal that aborts when nobody waits for it. */
const abandonment = new WeakMap<AbortSignal, AbortSignal>();

/** Notes that nobody waits for the exchange of `signal` once `abandoned` has aborted. */
export function setAbandonment(signal: AbortSignal, abandoned: AbortSignal): void {
  abandonment.set(signal, abandoned);
}

/**
 * Returns the signal that aborts when nobody waits any more for the exchange that `signal` ends;
 * `signal` itself if nothing was noted.
 */
export function abandonmentOf(signal: AbortSignal): AbortSignal {
  return abandonment.get(signal) ?? signal;
}
