/** Durations as krb5.conf and kinit write them (MIT Kerberos's "Supported date and time formats"). */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MAX_SECONDS = 2 ** 31 - 1;

/** A number alone is seconds. */
const SECONDS = /^\s*(\d+)$/;
/** `D-HH:MM:SS`, `HH:MM:SS`, `HH:MM`. */
const CLOCK = /^\s*(?:(?:(\d+)-(\d{1,2}):(\d{1,2}):(\d{1,2}))|(\d+):(\d{1,2})(?::(\d{1,2}))?)$/;
/** `1d 2h 3m 4s`, any of them, in this order. */
const UNITS = /^(?:\s*(\d+)d)?(?:\s*(\d+)h)?(?:\s*(\d+)m)?(?:\s*(\d+)s|\s*)$/;
/** MIT Kerberos stops at the first character that no form has, so that `10hours` is `10h`. */
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
 * A duration in seconds. Undefined for what is none, for one that does not fit 32 bits, and for one below
 * zero, which MIT Kerberos would take.
 */
export function parseDuration(text: string): number | undefined {
  const value = seconds(text.split(FOREIGN, 1)[0] ?? '');
  return value !== undefined && value <= MAX_SECONDS ? value : undefined;
}
