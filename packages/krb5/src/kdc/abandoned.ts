/**
 * Exchanges that go on when nobody waits for them any more.
 *
 * Their sockets and timers do not keep the process alive. A question to DNS would, so it ends when the last
 * one who waits has gone.
 */
const abandonment = new WeakMap<AbortSignal, AbortSignal>();

/** Says that nobody waits for what `signal` ends once `abandoned` has aborted. */
export function setAbandonment(signal: AbortSignal, abandoned: AbortSignal): void {
  abandonment.set(signal, abandoned);
}

/**
 * The signal that aborts when nobody waits for what `signal` ends: `signal` itself where nothing
 * else is known.
 */
export function abandonmentOf(signal: AbortSignal): AbortSignal {
  return abandonment.get(signal) ?? signal;
}
