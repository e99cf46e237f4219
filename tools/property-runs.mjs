import fc from 'fast-check';
import { vi } from 'vitest';

/**
 * A set-up file of vitest. REMCTL_LONG=1 tries every property with many more inputs than `npm test` does, and
 * lets that take its time.
 */
export const LONG = process.env.REMCTL_LONG === '1';

const LONG_FACTOR = 200;
const LONG_TIMEOUT_MS = 1_800_000;

/** For a property that `npm test` tries with `times` inputs. */
export function runs(times) {
  return { numRuns: LONG ? times * LONG_FACTOR : times };
}

fc.configureGlobal(runs(100));
if (LONG) {
  vi.setConfig({ testTimeout: LONG_TIMEOUT_MS });
}
