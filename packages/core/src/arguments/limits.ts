/** What bounds a call: time-out, output, lowest protocol, abort signal. */
import { warn } from '../events/warn.js';
import { checkOptionNames, type OptionNames } from '../option-names/check-option-names.js';
import { kindOf } from './checks.js';

/** The longest delay that timers take: 2^31 - 1 ms. */
const LONGEST_TIMEOUT_MS = 0x7fffffff;
const MS_PER_SECOND = 1000;
const HOUR_S = 60 * 60;

/** The last warning that a listener got: a pool checks its time-out for each connection. */
let lastTold: string | undefined;

/** Warns of a time-out that was probably meant in milliseconds. Once, if the same is checked again and again. */
function warnIfLong(seconds: number, name: string): void {
  const told = `${name} ${seconds}`;
  if (seconds <= HOUR_S || told === lastTold) {
    return;
  }
  warn('LONG_TIMEOUT', () => {
    lastTold = told;
    const meant = seconds / MS_PER_SECOND;
    return (
      `${name} is ${seconds} seconds, more than an hour: time-outs are in seconds; ` +
      `if milliseconds were meant, give ${meant}`
    );
  });
}

/**
 * Returns a time-out in milliseconds from one in seconds; 0 sets none. `name` is the caller's name for it. One
 * of more than an hour is a warning (`remctl:warning`, LONG_TIMEOUT).
 *
 * Throws TypeError, and RangeError if it is negative, not finite, or more than 2,147,483 seconds.
 */
export function checkTimeout(seconds: number, name = 'timeout'): number {
  if (typeof seconds !== 'number') {
    throw new TypeError(`${name} must be a number of seconds, not ${kindOf(seconds)}`);
  }
  const ms = Math.ceil(seconds * MS_PER_SECOND);
  if (!(seconds >= 0 && ms <= LONGEST_TIMEOUT_MS)) {
    const longest = Math.floor(LONGEST_TIMEOUT_MS / MS_PER_SECOND);
    throw new RangeError(`${name} must be from 0 (none) to ${longest} seconds; it is ${seconds}`);
  }
  warnIfLong(seconds, name);
  return ms;
}

/**
 * Checks the bytes that a run may keep.
 *
 * Throws TypeError, and RangeError if it is neither a whole number from 0 on nor Infinity.
 */
export function checkMaxOutput(maxOutput: number): number {
  if (typeof maxOutput !== 'number') {
    throw new TypeError(`maxOutput must be a number of bytes, not ${kindOf(maxOutput)}`);
  }
  const isWhole = Number.isSafeInteger(maxOutput) || maxOutput === Number.POSITIVE_INFINITY;
  if (!isWhole || maxOutput < 0) {
    throw new RangeError(
      `maxOutput must be a whole number of bytes from 0 on, or Infinity; it is ${maxOutput}`,
    );
  }
  return maxOutput;
}

/**
 * Checks a count. `name` is the caller's name for it.
 *
 * Throws TypeError, and RangeError if it is no whole number from `lowest` on.
 */
export function checkCount(name: string, count: number, lowest: number): number {
  if (typeof count !== 'number') {
    throw new TypeError(`${name} must be a number, not ${kindOf(count)}`);
  }
  if (!Number.isSafeInteger(count) || count < lowest) {
    throw new RangeError(`${name} must be a whole number from ${lowest} on; it is ${count}`);
  }
  return count;
}

/**
 * Checks a function that is called back. Throws TypeError.
 */
export function checkCallback(name: string, callback: unknown): void {
  if (callback !== undefined && typeof callback !== 'function') {
    throw new TypeError(`${name} must be a function, not ${kindOf(callback)}`);
  }
}

/** Checks the lowest protocol to speak. Throws RangeError if it is neither 1 nor 2. */
export function checkMinProtocol(minProtocol: 1 | 2): 1 | 2 {
  if (minProtocol !== 1 && minProtocol !== 2) {
    throw new RangeError(
      `minProtocol must be 1 or 2 (which stands for 2 and 3); it is ${minProtocol}`,
    );
  }
  return minProtocol;
}

/** Whether a value works as an AbortSignal. Test runners have signals of another global object. */
function isSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    typeof value.aborted === 'boolean' &&
    'throwIfAborted' in value &&
    typeof value.throwIfAborted === 'function' &&
    'addEventListener' in value &&
    typeof value.addEventListener === 'function'
  );
}

/**
 * Returns the signal among a call's options. `of` is the call, and `names` has its options.
 *
 * Throws TypeError if an option does not exist, or the signal is something else.
 */
export function checkSignal(
  of: string,
  options: { readonly signal?: AbortSignal | undefined },
  names: OptionNames,
): AbortSignal | undefined {
  checkOptionNames(of, options, names);
  const signal: unknown = options.signal;
  if (signal === undefined || isSignal(signal)) {
    return signal;
  }
  throw new TypeError(`signal must be an AbortSignal, not ${kindOf(signal)}`);
}
