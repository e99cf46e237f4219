/** Durations for people. */

const SECOND = 1000;
const MINUTE = 60;
const HOUR = 3600;

const two = (number: number) => String(number).padStart(2, '0');

/** Returns milliseconds as `0.3 s`, `1:12` (minutes) or `2:01:12` (hours). */
export function durationText(milliseconds: number): string {
  const seconds = milliseconds / SECOND;
  if (seconds < MINUTE) {
    return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  }
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / MINUTE);
  return whole < HOUR
    ? `${minutes}:${two(whole % MINUTE)}`
    : `${Math.floor(minutes / MINUTE)}:${two(minutes % MINUTE)}:${two(whole % MINUTE)}`;
}
