/** Numbers the clients of this process, for events. */

/** Every copy of this package in a program counts with the same counter. */
const COUNTER = Symbol.for('@remctl/core/client-number');

const shared = globalThis as { [COUNTER]?: number };

/** Returns the next number, from 1 on. */
export function nextClientNumber(): number {
  const number = (shared[COUNTER] ?? 0) + 1;
  shared[COUNTER] = number;
  return number;
}
