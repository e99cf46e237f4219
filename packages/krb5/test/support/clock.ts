/** This process's clock, set to another time for a test. */
import { vi } from 'vitest';

/** Moves the clock by `milliseconds`, until `vi.restoreAllMocks()`. */
export function shiftClock(milliseconds: number): void {
  const { now } = Date;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + milliseconds);
}
