/** Waits for microtasks, the event loop, errors and garbage collection. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Returns a promise that stays pending. */
export const never = <T>() => new Promise<T>(() => undefined);

/** Waits for one turn of the event loop. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Waits for this many microtasks. */
export async function microtasks(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await undefined;
  }
}

/** Returns what `call` rejects with, or else its result. */
export const caught = (call: Promise<unknown>) => call.catch((reason: unknown) => reason);

/** Returns a function that collects garbage at once. */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
