/** Parses durations of krb5.conf (MIT Kerberos, "Supported date and time formats"). */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MAX_SECONDS = 2 ** 31 - 1;

/** A number alone counts seconds. */
const SECONDS = /^\s*(\d+)$/;
/** `D-HH:MM:SS`, `HH:MM:SS`, `HH:MM`. */
const CLOCK = /^\s*(?:(?:(\d+)-(\d{1,2}):(\d{1,2}):(\d{1,2}))|(\d+):(\d{1,2})(?::(\d{1,2}))?)$/;
/** `1d 2h 3m 4s`, any of them, in this order. */
const UNITS = /^(?:\s*(\d+)d)?(?:\s*(\d+)h)?(?:\s*(\d+)m)?(?:\s*(\d+)s|\s*)$/;
/** MIT Kerberos stops at the first character that occurs in no form: `10hours` means `10h`. */
const FOREIGN = /[^\d\-: \t\ndhms]/;

function seconds(text: string): number | undefined {
  const plain = SECONDS.exec(text);
  if (plain !== null) {
    return Number(plain[1]);
  }
  const clock = CLOCK.exec(text);
  if (clock !== null) {
    const [days, dayHours, dayMinutes, daySeconds, hours, minutes, rest] = clock.slice(1);
    return (
      Number(days ?? 0) * DAY +
      Number(dayHours ?? hours) * HOUR +
      Number(dayMinutes ?? minutes) * MINUTE +
      Number(daySeconds ?? rest ?? 0)
    );
  }
  const units = UNITS.exec(text)?.slice(1);
  if (units === undefined || units.every((part) => part === undefined)) {
    return undefined;
  }
  const [days, hours, minutes, rest] = units;
  return (
    Number(days ?? 0) * DAY +
    Number(hours ?? 0) * HOUR +
    Number(minutes ?? 0) * MINUTE +
    Number(rest ?? 0)
  );
}

/**
 * Returns a duration in whole seconds, at most 2^31 - 1. Undefined if `text` is no duration or a
 * longer one, and also for a negative one, which MIT Kerberos would take.
 */
export function parseDuration(text: string): number | undefined {
  const value = seconds(text.split(FOREIGN, 1)[0] ?? '');
  return value !== undefined && value <= MAX_SECONDS ? value : undefined;
}
