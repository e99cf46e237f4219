/** Checks that several kinds of arguments share. */

/** How a message names a value of the wrong type. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) {
    return String(value);
  }
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

/**
 * Returns a string as it is. `name` is the caller's name for it.
 *
 * Throws TypeError if the value is no string, and RangeError if it is empty or holds a NUL or a lone
 * surrogate.
 */
export function checkText(name: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new TypeError(`${name} must be a string, not ${kindOf(value)}`);
  }
  if (value === '') {
    throw new RangeError(`${name} must not be empty`);
  }
  if (value.includes('\0')) {
    throw new RangeError(`${name} must not contain a NUL character`);
  }
  if (!value.isWellFormed()) {
    throw new RangeError(`${name} holds a lone surrogate, which UTF-8 cannot carry`);
  }
  return value;
}

/** Returns a boolean as it is; false for undefined. `name` is the caller's name for it. Throws TypeError. */
export function checkFlag(name: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new TypeError(`${name} must be a boolean, not ${kindOf(value)}`);
  }
  return value ?? false;
}

/** Throws TypeError if the options of a call are not an object. */
export function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`the options must be an object, not ${kindOf(options)}`);
  }
}
