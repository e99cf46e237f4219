/** The time-out on silence: a server sends and takes nothing. */

export interface SilenceWatch {
  /** A wait begins. Silence of `timeoutMs` milliseconds from now on ends it; 0 sets no limit. */
  begin(timeoutMs: number): void;
  /** Bytes have moved: the silence begins anew. */
  reset(): void;
  /** Ends the watch. */
  stop(): void;
}

/**
 * Calls `onSilent` once the silence has lasted for the time-out, if `isWaiting` is true then: silence is no
 * fault of a server that nobody waits for.
 */
export function watchSilence(
  isWaiting: () => boolean,
  onSilent: (timeoutMs: number) => void,
): SilenceWatch {
  // One timer serves every wait: setting a timer for each token costs more than a look when it fires.
  let timer: NodeJS.Timeout | undefined;
  let timeoutMs = 0;
  let lastActivity = performance.now();
  const timeLeft = () => lastActivity + timeoutMs - performance.now();

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function arm(delayMs: number): void {
    timer = setTimeout(onTimer, delayMs);
    timer.unref();
  }

  function onTimer(): void {
    timer = undefined;
    // In a process that was busy, timers fire before what has arrived meanwhile is read.
    if (isWaiting() && timeLeft() <= 0) {
      setImmediate(look);
    } else {
      look();
    }
  }

  function look(): void {
    // The wait may be over, and another one, with a timer of its own or none, have begun.
    if (!isWaiting() || timer !== undefined || timeoutMs === 0) {
      return;
    }
    const left = timeLeft();
    if (left > 0) {
      arm(Math.ceil(left));
    } else {
      onSilent(timeoutMs);
    }
  }

  return {
    begin(ms) {
      lastActivity = performance.now();
      if (timeoutMs !== ms) {
        stop();
        timeoutMs = ms;
      }
      if (ms !== 0 && timer === undefined) {
        arm(ms);
      }
    },
    reset() {
      lastActivity = performance.now();
    },
    stop,
  };
}
