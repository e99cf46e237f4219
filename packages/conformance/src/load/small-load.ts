/** Registers a small load with vitest; `npm run load` runs the full one. */
import type { Backend } from '@remctl/core';
import { expect, test } from 'vitest';
import { formatReport } from './report.js';
import { runLoad } from './run-load.js';

/** Registers the test. It needs its own test file: it counts the descriptors of the whole process. */
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
    // Clients must have noticed the kill, and sent their unsent commands to other servers.
    expect(report.counts.interrupted.size).toBeGreaterThan(0);
    expect(report.account.sentAgain).toBeGreaterThan(0);
  });
}
