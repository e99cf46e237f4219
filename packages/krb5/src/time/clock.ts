/** The KDC's clock, as far as it is known (krb5.conf's kdc_timesync). */

/** How far the KDC's clock is ahead of this machine's, in milliseconds. */
export interface Clock {
  offsetMs: number;
}

/** A KDC tells its time in whole seconds, so a smaller difference is none. */
const RESOLUTION_MS = 2000;

/** Milliseconds since 1970 by the KDC's clock. */
export function kdcNow({ offsetMs }: Clock): number {
  return Date.now() + offsetMs;
}

/** The clock that `seconds` since 1970, from a KDC's answer that has just come, shows. */
export function clockOffset(seconds: number): number {
  const difference = seconds * 1000 - Date.now();
  return Math.abs(difference) < RESOLUTION_MS ? 0 : difference;
}

/**
 * Sets the clock by `seconds` since 1970, which a KDC's reply said that has just come and that
 * opened: nobody else's word is taken for the time. A difference that the KDC's whole seconds can
 * make changes nothing. Gives whether the clock has changed.
 */
export function setClock(clock: Clock, seconds: number): boolean {
  const offsetMs = clockOffset(seconds);
  if (Math.abs(offsetMs - clock.offsetMs) < RESOLUTION_MS) {
    return false;
  }
  clock.offsetMs = offsetMs;
  return true;
}
