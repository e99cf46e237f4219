/** Target: durations in krb5.conf. */
import { requireThat } from '../findings.js';
import { parseDuration } from '../krb5-internals.js';

export function fuzz(data: Buffer): void {
  const seconds = parseDuration(data.toString('utf8'));
  if (seconds !== undefined) {
    requireThat('a duration is whole seconds that fit 32 bits', (seconds | 0) === seconds);
    requireThat('a number of seconds is a duration', parseDuration(String(seconds)) === seconds);
  }
}
