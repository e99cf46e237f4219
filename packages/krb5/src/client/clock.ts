/** The KDC's clock, as far as it is known (krb5.conf's kdc_timesync), and moments as messages carry them. */

/** How far the KDC's clock is ahead of this machine's, in milliseconds. */
export interface Clock {
  offsetMs: number;
}

/** A KDC tells its time in whole seconds, so a smaller difference is none. */
const RESOLUTION_MS = 2000;
const MICROSECONDS = 1_000_000;

/** Milliseconds since 1970 by the KDC's clock. */
export function kdcNow({ offsetMs }: Clock): number {
  return Date.now() + offsetMs;
}

/** The clock that `seconds` since 1970, from a KDC's answer that has just come, shows. */
export function clockOffset(seconds: number): number {
  const difference = seconds * 1000 - Date.now();
  return Math.abs(difference) < RESOLUTION_MS ? 0 : difference;
}

/** A moment as authenticators carry it. */
export interface Moment {
  /** Whole seconds since 1970. */
  readonly seconds: number;
  readonly microseconds: number;
}

let lastMicroseconds = 0;
let lastMilliseconds = 0;

/**
 * `milliseconds` since 1970 as a moment that was not given out for the same millisecond before: replay
 * caches tell authenticators apart by it (RFC 4120, section 3.2.3).
 */
export function uniqueMoment(milliseconds: number): Moment {
  const whole = Math.floor(milliseconds);
  lastMicroseconds = whole === lastMilliseconds ? lastMicroseconds + 1 : whole * 1000;
  lastMilliseconds = whole;
  return {
    seconds: Math.floor(lastMicroseconds / MICROSECONDS),
    microseconds: lastMicroseconds % MICROSECONDS,
  };
}
