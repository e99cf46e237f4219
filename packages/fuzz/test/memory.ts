/** How much memory something takes. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

function collectGarbage(): void {
  if (typeof collect !== 'function') {
    throw new Error('this Node.js does not give its garbage collector');
  }
  collect();
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export interface Taken {
  /** Octets in use at the end, garbage that was not collected by then included. */
  readonly atOnce: number;
  /** Octets that the result holds. */
  readonly kept: number;
}

/** What `read` takes. Other work of the process counts too, so there has to be none. */
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
