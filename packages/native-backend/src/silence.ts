/**
 * The time-out on a server's silence.
 *
 * It is "a timeout on network activity from the server, not on a complete operation" (Python
 * README, "Remctl.set_timeout()").
 */

/** Checks per time-out: silence is noticed at most a quarter of the time-out late. */
const CHECKS = 4;

/**
 * Calls `onSilent` once `activity()` has returned the same number for `timeoutMs` milliseconds;
 * never if `timeoutMs` is 0. Returns the function that ends the watch.
 */
export function watchSilence(
  activity: () => number,
  timeoutMs: number,
  onSilent: () => void,
): () => void {
  if (timeoutMs === 0) {
    return () => undefined;
  }
  let seen = activity();
  let same = 0;
  const timer = setInterval(
    () => {
      const now = activity();
      same = now === seen ? same + 1 : 0;
      seen = now;
      if (same < CHECKS) {
        return;
      }
      clearInterval(timer);
      onSilent();
    },
    Math.ceil(timeoutMs / CHECKS),
  );
  return () => clearInterval(timer);
}
