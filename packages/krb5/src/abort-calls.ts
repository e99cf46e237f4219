/** Many who wait with one signal, for one listener on it. */

interface Calls {
  readonly all: Set<() => void>;
  readonly listener: () => void;
}

const calls = new WeakMap<AbortSignal, Calls>();

function callsOf(signal: AbortSignal): Calls {
  const all = new Set<() => void>();
  const listener = () => {
    for (const call of all) {
      call();
    }
  };
  signal.addEventListener('abort', listener, { once: true });
  return { all, listener };
}

/**
 * Calls `call` when `signal` aborts, which it has not yet; gives back what takes that back. However
 * many wait with a signal, it has one listener: Node warns of more than ten. `call` must not throw.
 */
export function onAbort(signal: AbortSignal, call: () => void): () => void {
  const own = calls.get(signal) ?? callsOf(signal);
  calls.set(signal, own);
  own.all.add(call);
  return () => {
    own.all.delete(call);
    if (own.all.size === 0) {
      signal.removeEventListener('abort', own.listener);
      calls.delete(signal);
    }
  };
}
