/** `pnpm load` in small: every command accounted for, and nothing grows. */
import { formatReport, runLoad } from '@remctl/conformance/load';
import { expect, test } from 'vitest';
import { createPureBackend } from '../src/index.js';

test('100 connections and 3,000 commands, while one of three remctlds is killed', async () => {
  const report = await runLoad({
    backend: createPureBackend,
    connections: 100,
    commands: 3000,
    servers: 3,
    opensAtOnce: 32,
  });
  console.log(formatReport(report));
  expect(report.faults).toEqual([]);
  // The kill was noticed, and what had not been sent was sent again elsewhere.
  expect(report.account.commands.unknown).toBeGreaterThan(0);
  expect(report.account.sentAgain).toBeGreaterThan(0);
});
