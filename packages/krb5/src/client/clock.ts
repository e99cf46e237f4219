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

/** Takes over the KDC's time, `seconds` since 1970, from an answer that has just come. */
export function setClock(clock: Clock, seconds: number): void {
  const difference = seconds * 1000 - Date.now();
  clock.offsetMs = Math.abs(difference) < RESOLUTION_MS ? 0 : difference;
}
