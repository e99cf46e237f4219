/** The signals that ask the command to end. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type EndSignal = (typeof SIGNALS)[number];

export interface EndSignals {
  /** Calls `act` for each signal from now on, in place of the last `act`; at once for one that came before. */
  onSignal(act: (signal: EndSignal) => void): void;
  /** The first signal; undefined if none has come. */
  readonly first: EndSignal | undefined;
  /** Leaves the signals to the system again. */
  stop(): void;
}

/** Takes the signals from now on: the process goes on until it has cleaned up. */
export function takeEndSignals(): EndSignals {
  let act: (signal: EndSignal) => void = () => undefined;
  let first: EndSignal | undefined;
  const listener = (signal: EndSignal) => {
    first ??= signal;
    act(signal);
  };
  for (const signal of SIGNALS) {
    process.on(signal, listener);
  }
  return {
    onSignal(next) {
      act = next;
      if (first !== undefined) {
        next(first);
      }
    },
    get first() {
      return first;
    },
    stop() {
      for (const signal of SIGNALS) {
        process.off(signal, listener);
      }
    },
  };
}
