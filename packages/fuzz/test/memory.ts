/** Measures the memory that a function takes. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

function collectGarbage(): void {
  if (typeof collect !== 'function') {
    throw new Error('this Node.js does not expose its garbage collector: gc() is missing');
  }
  collect();
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export interface Taken {
  /** Bytes in use at the end, including garbage that was not collected by then. */
  readonly atOnce: number;
  /** Bytes that the result holds. */
  readonly kept: number;
}

/** Returns the memory that `read` takes. Other work of the process would count too: avoid it. */
export function memoryTaken(read: () => unknown): Taken {
  collectGarbage();
  const before = used();
  const result = [read()];
  const atOnce = used() - before;
  collectGarbage();
  const kept = used() - before;
  result.pop();
  return { atOnce, kept };
}
