/** Tells the errors of the system apart. */

/** Returns whether `error` is a system error with this `code`, such as `ENOENT`. */
import { isNativeError } from 'node:util/types';
export function hasCode(error: unknown, code: string): boolean {
  return isNativeError(error) && 'code' in error && error.code === code;
}
