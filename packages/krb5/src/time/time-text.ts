/** Times as the messages of errors write them. */

/** Longer differences are told in minutes. */
const MAX_SECONDS = 120;
const SECONDS_PER_MINUTE = 60;

/** Writes `seconds` since 1970 in ISO 8601, in UTC. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** Writes the size of a difference between clocks: "12 seconds" or "3 minutes". */
export function differenceText(seconds: number): string {
  const size = Math.abs(seconds);
  return size < MAX_SECONDS
    ? `${Math.round(size)} seconds`
    : `${Math.round(size / SECONDS_PER_MINUTE)} minutes`;
}
