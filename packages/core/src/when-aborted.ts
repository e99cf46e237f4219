/** Watches AbortSignals with one listener each, however many calls share a signal. */

interface Watched {
  readonly acts: Set<() => void>;
  readonly listener: () => void;
}

/** Each signal gets one listener: Node warns of a leak if a signal has more than ten. */
const watched = new WeakMap<AbortSignal, Watched>();

function watch(signal: AbortSignal): Watched {
  const acts = new Set<() => void>();
  const listener = () => {
    for (const act of [...acts]) {
      act();
    }
  };
  signal.addEventListener('abort', listener);
  return { acts, listener };
}

/**
 * Calls `act` when `signal` aborts. Returns a function that ends the watch; call it once the abort does not
 * matter any more. Acts of one signal run in the order of their calls.
 */
export function whenAborted(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) {
    return () => undefined;
  }
  const known = watched.get(signal) ?? watch(signal);
  watched.set(signal, known);
  known.acts.add(act);
  return () => {
    known.acts.delete(act);
    if (known.acts.size > 0 || watched.get(signal) !== known) {
      return;
    }
    watched.delete(signal);
    signal.removeEventListener('abort', known.listener);
  };
}
