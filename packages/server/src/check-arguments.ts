/** Checks that several kinds of options share. */
import { checkOptionNames, type OptionNames } from '@remctl/core/option-names';

/** How a message names a value of the wrong type. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) {
    return String(value);
  }
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

/**
 * Throws TypeError if options are not an object, or if one has a name that is not known. `name` is the
 * caller's name for them.
 */
export function checkOptions(name: string, options: unknown, names: OptionNames): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${name} must be an object, not ${kindOf(options)}`);
  }
  checkOptionNames(name, options, names);
}

/** Returns a string. Throws TypeError if it is none, RangeError if it is empty or holds a NUL. */
export function checkText(name: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new TypeError(`${name} must be a string, not ${kindOf(value)}`);
  }
  if (value === '' || value.includes('\0')) {
    throw new RangeError(`${name} must not be ${value === '' ? 'empty' : 'a text with a NUL'}`);
  }
  return value;
}

/** Throws TypeError if a value is neither a function nor undefined. */
export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw new TypeError(`${name} must be a function, not ${kindOf(value)}`);
  }
}
