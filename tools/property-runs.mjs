/**
 * A set-up file of vitest: how many inputs a property gets.
 *
 * REMCTL_LONG=1 asks for the long run: 200 times as many inputs as in `npm test`, and half an hour
 * a test.
 */
import fc from 'fast-check';
import { vi } from 'vitest';

/** Whether REMCTL_LONG=1 asks for the long run. */
export const LONG = process.env.REMCTL_LONG === '1';

const DEFAULT_RUNS = 100;
const LONG_FACTOR = 200;
const LONG_TIMEOUT_MS = 1_800_000;

/**
 * Returns a property's options: `times` inputs in `npm test`, 200 times as many in the long run.
 */
export function runs(times) {
  return { numRuns: LONG ? times * LONG_FACTOR : times };
}

fc.configureGlobal(runs(DEFAULT_RUNS));
if (LONG) {
  vi.setConfig({ testTimeout: LONG_TIMEOUT_MS });
}
