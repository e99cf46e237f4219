/** Parses durations of krb5.conf (MIT Kerberos, "Supported date and time formats"). */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MAX_SECONDS = 2 ** 31 - 1;
const MIN_SECONDS = -(2 ** 31);

/** A space, a tab or a line feed, and all white space behind it. */
const SPACE = '[ \\t\\n][ \\t\\n\\v\\f\\r]*';
const NUMBER = `(?:${SPACE})?(-?\\d+)`;

/** A number alone counts seconds. */
const SECONDS = new RegExp(`^${NUMBER}$`);
/** `D-HH:MM:SS`, `HH:MM:SS`, `HH:MM`. */
const CLOCK = new RegExp(
  `^(?:${NUMBER}-(\\d{1,2}):(\\d{1,2}):(\\d{1,2})|${NUMBER}:(\\d{1,2})(?::(\\d{1,2}))?)$`,
);
/** `1d 2h 3m 4s`, any of them, in this order. */
const UNITS = new RegExp(
  `^(?:${NUMBER}d)?(?:${NUMBER}h)?(?:${NUMBER}m)?(?:${NUMBER}s|(?:${SPACE})?)$`,
);
/** MIT Kerberos stops at the first character that begins no part: `10hours` means `10h`. */
const FOREIGN = /[^\d\-:dhms \t\n\v\f\r]|(?<![ \t\n\v\f\r])[\v\f\r]/;

/** Returns the numbers of days, hours, minutes and seconds; undefined if `text` has no known form. */
function partsOf(text: string): readonly (string | undefined)[] | undefined {
  const plain = SECONDS.exec(text);
  if (plain !== null) {
    return ['0', '0', '0', plain[1]];
  }
  const clock = CLOCK.exec(text);
  if (clock !== null) {
    const [days, dayHours, dayMinutes, daySeconds, hours, minutes, seconds] = clock.slice(1);
    return [days, dayHours ?? hours, dayMinutes ?? minutes, daySeconds ?? seconds];
  }
  const units = UNITS.exec(text)?.slice(1);
  return units?.some((part) => part !== undefined) ? units : undefined;
}

function isInRange(seconds: number): boolean {
  return MIN_SECONDS <= seconds && seconds <= MAX_SECONDS;
}

/**
 * Returns a duration in whole seconds, at least -(2^31) and at most 2^31 - 1, as
 * krb5_string_to_deltat does. Undefined if `text` is no duration, or if it or a part of it is out
 * of this range.
 */
export function parseDuration(text: string): number | undefined {
  const parts = partsOf(text.split(FOREIGN, 1)[0] ?? '')?.map((part) => Number(part ?? 0));
  if (parts === undefined || parts.some((part) => Math.abs(part) > MAX_SECONDS)) {
    return undefined;
  }
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts;
  // The smallest unit comes first: a sum with negative parts may leave the range and come back.
  let sum = seconds;
  for (const part of [minutes * MINUTE, hours * HOUR, days * DAY]) {
    sum += part;
    if (!isInRange(part) || !isInRange(sum)) {
      return undefined;
    }
  }
  return sum;
}
