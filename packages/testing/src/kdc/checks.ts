/** Checks of options: their names, and the numbers of a KDC's. */
import { checkOptionNames } from '@remctl/core/option-names';

/** A hundred years: more would leave the times that tickets can hold. */
const MAX_SECONDS = 100 * 365 * 24 * 3600;

/** Throws TypeError if options are not an object, or one has a name that is not `allowed`. */
export function checkNames(of: string, allowed: readonly string[], value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${of} must be an object`);
  }
  checkOptionNames(of, value, { known: allowed });
}

/** Throws RangeError if `value` is neither undefined nor a whole number of seconds above 0. */
export function checkSeconds(name: string, value: number | undefined): void {
  if (value !== undefined && (!Number.isInteger(value) || value < 1 || value > MAX_SECONDS)) {
    throw new RangeError(`${name} must be a whole number of seconds from 1 to ${MAX_SECONDS}`);
  }
}

/** Throws RangeError if `value` is not a number of seconds within a hundred years, either way. */
export function checkDifference(name: string, seconds: number): void {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > MAX_SECONDS) {
    throw new RangeError(`${name} must lie within a hundred years`);
  }
}
