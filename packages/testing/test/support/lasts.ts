/** Whether a ticket ends when its client asked for. */
import { expect } from 'vitest';

const MS_PER_SECOND = 1000;

/** A ticket's start and end, in seconds since 1970. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/**
 * Gets a ticket by `kinit`, and expects that it lasts `seconds` from the moment in which kinit asks.
 *
 * The client reckons the end from its own clock, and the KDC gives the start: a second may begin between them.
 */
export async function expectLasts(
  seconds: number,
  kinit: () => Promise<unknown>,
  periodOf: () => Promise<Period>,
): Promise<void> {
  const before = Math.floor(Date.now() / MS_PER_SECOND);
  await kinit();
  const after = Math.floor(Date.now() / MS_PER_SECOND);
  const { start, end } = await periodOf();
  expect(end - seconds).toBeGreaterThanOrEqual(before);
  expect(end - seconds).toBeLessThanOrEqual(after);
  expect(start).toBeGreaterThanOrEqual(end - seconds);
}
