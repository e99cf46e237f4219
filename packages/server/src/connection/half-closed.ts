/** Finds out whether a client that sends no more is still there. */

/**
 * Milliseconds between the looks: the first ones follow the first byte soon, because a client that is gone
 * answers it with a reset.
 */
const FIRST_LOOKS_MS = [20, 100, 500];
const LATER_LOOKS_MS = 1000;

/**
 * Calls `look` now and again and again, until the returned function is called. A look must send something, or
 * ask the system for an error: a client that has only ended its half may still want its answer, and a client
 * that is gone looks the same until something is sent to it.
 */
export function lookForClient(look: () => void): () => void {
  let looks = 0;
  let timer: NodeJS.Timeout;

  function next(): void {
    look();
    timer = setTimeout(next, FIRST_LOOKS_MS[looks] ?? LATER_LOOKS_MS);
    timer.unref();
    looks += 1;
  }

  next();
  return () => clearTimeout(timer);
}
