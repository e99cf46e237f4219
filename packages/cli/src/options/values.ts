/** Reads the values of options: numbers, durations, positions of arguments. */
import { UsageError } from './usage-error.js';

const HIGHEST_PORT = 65535;
const MS_PER_SECOND = 1000;
/** The longest time that core and timers take: 2^31 - 1 ms, in whole seconds. */
const LONGEST_TIMEOUT = Math.floor(0x7fffffff / MS_PER_SECOND);
const SECONDS: Readonly<Record<string, number>> = { ms: 1 / MS_PER_SECOND, s: 1, m: 60, h: 3600 };

const LONG_MAX = 2n ** 63n - 1n;
const LONG_MIN = -(2n ** 63n);

/**
 * Reads a number as C's strtol() does: white space, a sign, digits; whatever follows is the rest. Without a
 * digit the number is 0 and everything is the rest. Numbers beyond 64 bits become the nearest one of 64 bits.
 */
function strtol(text: string): { readonly number: bigint; readonly rest: string } {
  const [all, sign, digits] = /^[ \t\n\v\f\r]*([+-]?)(\d+)/.exec(text) ?? [];
  if (all === undefined || digits === undefined) {
    return { number: 0n, rest: text };
  }
  const number = BigInt(digits) * (sign === '-' ? -1n : 1n);
  const bounded = number > LONG_MAX ? LONG_MAX : number < LONG_MIN ? LONG_MIN : number;
  return { number: bounded, rest: text.slice(all.length) };
}

/** The C client names the number that it has read; the option's text follows where the two differ. */
function invalid(what: string, number: bigint, text: string, wanted: string): UsageError {
  const given = String(number) === text ? '' : ` (given: ${JSON.stringify(text)})`;
  return new UsageError(`invalid ${what} ${number}${given}: ${wanted}`);
}

/** Reads the value of -p. Throws UsageError if it is not from 1 to 65535. */
export function port(text: string): number {
  const { number, rest } = strtol(text);
  if (rest !== '' || number < 1n || number > HIGHEST_PORT) {
    throw invalid('port number', number, text, `give a whole number from 1 to ${HIGHEST_PORT}`);
  }
  return Number(number);
}

/**
 * Reads the value of -t, in seconds. An empty one is 0, as for the C client. A time-out that is longer than
 * timers run (24 days) sets none: 0. Throws UsageError if it is negative or no whole number.
 */
export function seconds(text: string): number {
  const { number, rest } = strtol(text);
  if (rest !== '' || number < 0n) {
    const wanted = 'give a whole number of seconds, or --timeout 1.5s';
    throw invalid('timeout value', number, text, wanted);
  }
  return number > LONGEST_TIMEOUT ? 0 : Number(number);
}

/** Returns a parser of whole numbers in a range. The parser throws UsageError, naming `what`. */
export function wholeNumber(what: string, lowest: number, highest: number) {
  return (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= lowest && number <= highest) {
      return number;
    }
    throw new UsageError(
      `invalid ${what} ${text}: give a whole number from ${lowest} to ${highest}`,
    );
  };
}

/**
 * Returns the seconds of a duration such as `500ms`, `1.5s`, `2m`. Throws UsageError if it is none, or more
 * than 2,147,483 seconds.
 */
export function duration(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(text) ?? [];
  const factor = SECONDS[unit];
  if (number === undefined || factor === undefined) {
    throw new UsageError(`invalid timeout value ${text}: give 500ms, 1.5s, 2m or 1h`);
  }
  const value = Number(number) * factor;
  if (value > LONGEST_TIMEOUT) {
    throw new UsageError(
      `invalid timeout value ${text}: give at most ${LONGEST_TIMEOUT} seconds, or 0 for no limit`,
    );
  }
  return value;
}

const EQUALS = '='.charCodeAt(0);

/** Reads `N=path`. The path stays as bytes if `exact` has bytes. Throws UsageError. */
export function argFile(text: string, exact: string | Uint8Array = text) {
  const [, position] = /^(\d{1,4})=./s.exec(text) ?? [];
  if (position === undefined) {
    throw new UsageError(`invalid argument file ${text}: give N=path, such as 2=key.pem`);
  }
  const path =
    typeof exact === 'string'
      ? exact.slice(position.length + 1)
      : Buffer.from(exact.subarray(exact.indexOf(EQUALS) + 1));
  return { position: Number(position), path };
}
