/** The event loop: one turn of it, and a busy process. */

/** Waits for one turn of the event loop. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Keeps the process busy for `ms` milliseconds: no timer and no socket is served. */
export function keepBusy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    // A pause would serve timers and sockets.
  }
}
