/** What messages say of an error. */

import { isNativeError } from 'node:util/types';

/** Whether a value is an error, also of another global object, as test runners have. */
export function isError(value: unknown): value is Error {
  return isNativeError(value) || value instanceof Error;
}

/** Returns a system error's name, such as `ENOENT`; undefined for other errors. */
export function systemErrorCode(error: unknown): string | undefined {
  return isError(error) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** Returns an error's own words. */
export function messageOf(error: unknown): string {
  return isError(error) ? error.message : String(error);
}

/** Returns the reason for a message: a system error's name, or the error's own words. */
export function reasonOf(error: unknown): string {
  return systemErrorCode(error) ?? messageOf(error);
}
