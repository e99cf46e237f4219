/** The KDC's clock, if it is known (krb5.conf's kdc_timesync). */

/** The number of milliseconds that the KDC's clock is ahead of this machine's. */
export interface Clock {
  offsetMs: number;
}

/** A KDC tells its time in whole seconds, so a smaller difference counts as none. */
const RESOLUTION_MS = 2000;
const MS_PER_SECOND = 1000;

/** Returns the time by the KDC's clock, in milliseconds since 1970. */
export function kdcNow({ offsetMs }: Clock): number {
  return Date.now() + offsetMs;
}

/** Returns when a ticket ends by this machine's clock; `endtime` is in seconds since 1970, by the KDC's. */
export function ticketEnd(endtime: number, { offsetMs }: Clock): Date {
  return new Date(endtime * MS_PER_SECOND - offsetMs);
}

/** Returns the offset of a clock that shows `seconds` since 1970 just now. */
export function clockOffset(seconds: number): number {
  const difference = seconds * MS_PER_SECOND - Date.now();
  return Math.abs(difference) < RESOLUTION_MS ? 0 : difference;
}

/**
 * Sets the clock to `seconds` since 1970, from a KDC's reply that has just come and that opened:
 * nobody else's word is taken for the time. A difference that the KDC's whole seconds can make
 * changes nothing. Returns whether the clock has changed.
 */
export function setClock(clock: Clock, seconds: number): boolean {
  const offsetMs = clockOffset(seconds);
  if (Math.abs(offsetMs - clock.offsetMs) < RESOLUTION_MS) {
    return false;
  }
  clock.offsetMs = offsetMs;
  return true;
}
