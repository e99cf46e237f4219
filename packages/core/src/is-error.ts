/** Tells errors from other values, whichever global object they are of. */
import { isNativeError } from 'node:util/types';

/**
 * Whether a value is an error. Test runners have a global object of their own, and Node's errors are then no
 * instances of its `Error`. A DOMException is no native error.
 */
export function isError(value: unknown): value is Error {
  return isNativeError(value) || value instanceof Error;
}
