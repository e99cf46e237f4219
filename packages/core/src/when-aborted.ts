/** One listener on an AbortSignal, however many calls share it. */

interface Watched {
  readonly acts: Set<() => void>;
  readonly listener: () => void;
}

/** A signal with more than ten listeners has Node warn of a leak, so each has one of ours. */
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
 * Calls `act` when `signal` aborts. Returns what ends that; it must be called once the abort is of
 * no interest any more. Acts of one signal run in the order in which they came.
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
