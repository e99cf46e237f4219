/** Waits until the realm is to end. */
import type { EndSignals } from './end-signals.js';

/** The longest time that a timer takes, in milliseconds. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Settles at the first signal, and with `untilEof` at the end of standard input. */
export function waitForEnd(signals: EndSignals, untilEof: boolean): Promise<void> {
  return new Promise((resolve) => {
    // A realm does not keep a process alive, nor does a listener for signals.
    const alive = setInterval(() => undefined, LONGEST_TIMER_MS);
    const end = () => {
      clearInterval(alive);
      if (untilEof) {
        process.stdin.destroy();
      }
      resolve();
    };
    if (untilEof) {
      process.stdin.once('end', end).once('error', end).resume();
    }
    signals.onSignal(end);
  });
}
