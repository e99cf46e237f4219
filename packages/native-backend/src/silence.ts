/** The API text's time-out: "a timeout on network activity from the server, not on a complete operation". */

/** Into how many looks a time-out is divided: silence is noticed at most this fraction of it late. */
const LOOKS = 4;

/**
 * Calls `onSilent` once `activity()` has stayed the same for `timeoutMs` milliseconds; never where
 * that is 0. Returns what ends the watch.
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
      if (same < LOOKS) {
        return;
      }
      clearInterval(timer);
      onSilent();
    },
    Math.ceil(timeoutMs / LOOKS),
  );
  return () => clearInterval(timer);
}
