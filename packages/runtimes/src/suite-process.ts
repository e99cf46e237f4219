/** Program: runs a suite of the pure backend. Its argument is a `SuiteRun`. */
import { type Case, runCases, suites } from '@remctl/conformance';
import { createPureBackend } from '@remctl/pure-backend';
import { HOSTILE_TEXTS } from '../../pure-backend/test/hostile-texts.mjs';
import { type CaseReport, REPORT_MARK, runs, type SuiteRun } from './suite-run.js';

/** Milliseconds for a case that names no time-out, as in the vitest.config.ts of the backends. */
const CASE_TIMEOUT_MS = 30_000;

const run: SuiteRun = JSON.parse(process.argv[2] ?? '');

/** Returns the case with an end to its time, so that the next ones run after one that hangs. */
function limited(each: Case): Case {
  const { timeoutMs = CASE_TIMEOUT_MS } = each;
  return {
    ...each,
    async run(context) {
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise<never>((_, reject) => {
        const error = new Error(`the case took more than ${timeoutMs} milliseconds`);
        timer = setTimeout(() => reject(error), timeoutMs);
      });
      try {
        await Promise.race([each.run(context), tooLong]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

const all: readonly Case[] = suites[run.suite];
await runCases({
  backend: createPureBackend,
  cases: all.filter(({ id }) => runs(run, id)).map(limited),
  protocol: run.protocol,
  ...(run.suite === 'hostile' ? { says: HOSTILE_TEXTS } : {}),
  module: {
    url: import.meta.resolve('@remctl/pure-backend'),
    factory: 'createPureBackend',
    runtime: run.runtime,
    withoutHosts: run.withoutHosts,
  },
  onResult({ id }, { error }) {
    const report: CaseReport =
      error === undefined ? { id } : { id, failure: String((error as Error).stack ?? error) };
    console.log(REPORT_MARK + JSON.stringify(report));
  },
});
// A case that failed may have left a socket or a process behind.
process.exit(0);
