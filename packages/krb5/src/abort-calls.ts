/** Many waits on one AbortSignal, with one listener. */

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
 * Calls `call` when `signal` aborts. Returns a function that cancels this. The signal must not have
 * aborted yet, and `call` must not throw. All calls of a signal share one listener, because Node
 * warns of more than ten.
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
