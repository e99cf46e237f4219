/** What goes wrong on a scripted connection. */

/**
 * A failure at will:
 * - `silence`: nothing more comes. The call that waits ends by its time-out or by an abort.
 * - `drop`: the server ends the connection, without a word.
 * - An error of any class fails the call. `@remctl/core/failures` makes those of real backends.
 */
import { isError } from '../is-error.js';
export type Fault = 'silence' | 'drop' | Error;

/** Whether a script's value is a fault. */
export function isFault(value: unknown): value is Fault {
  return value === 'silence' || value === 'drop' || isError(value);
}

/**
 * Waits for the server in vain, or throws the fault's error; `dropped` makes the error of a server that ended
 * the connection.
 */
export function happen(fault: Fault, dropped: () => Error): Promise<never> {
  if (fault === 'silence') {
    return new Promise(() => undefined);
  }
  return Promise.reject(fault === 'drop' ? dropped() : fault);
}
