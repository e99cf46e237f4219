/** Registers the load with vitest, as small as `npm test` has time for: `pnpm load` is the full one. */
import type { Backend } from '@remctl/core';
import { expect, test } from 'vitest';
import { formatReport } from './report.js';
import { runLoad } from './run-load.js';

/** Call it at the top of a test file of its own: the whole process's descriptors are counted. */
export function loadInSmall(backend: () => Backend): void {
  test('100 connections and 3,000 commands, while one of three remctlds is killed', async () => {
    const report = await runLoad({
      backend,
      connections: 100,
      commands: 3000,
      servers: 3,
      opensAtOnce: 32,
    });
    console.log(formatReport(report));
    expect(report.faults).toEqual([]);
    // The kill was noticed, and what had not been sent was sent again elsewhere.
    expect(report.counts.interrupted.size).toBeGreaterThan(0);
    expect(report.account.sentAgain).toBeGreaterThan(0);
  });
}
