/** A vitest reporter: writes a package's counts and failures to a file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of results, in that of the package. */
const FOLDER = '.results';

/** Returns the first line of the first error's message; `did not finish` without an error. */
const firstLine = (errors) => errors?.[0]?.message?.split('\n', 1)[0] ?? 'did not finish';

/**
 * Returns a reporter that writes the run's counts, and each failure's name and message, to the
 * package's `.results/summary.json`. tools/test.mjs adds up the counts and lists the failures at
 * its end, also if turbo replays a cached run. The suites of @remctl/conformance write their results
 * beside it, for tools/matrix.mjs.
 *
 * @returns {import('vitest/node').Reporter}
 */
export default function results() {
  // vitest's workers get this process's environment.
  process.env.REMCTL_OUTCOMES ??= FOLDER;
  return {
    onTestRunEnd(testModules, unhandledErrors) {
      const counts = { passed: 0, skipped: 0 };
      const failures = [];
      const fail = (name, errors) => failures.push({ name, message: firstLine(errors) });
      for (const testModule of testModules) {
        let ran = 0;
        for (const test of testModule.children.allTests()) {
          const { state, errors } = test.result();
          if (state !== 'pending') {
            ran += 1;
          }
          if (state === 'passed' || state === 'skipped') {
            counts[state] += 1;
          } else {
            fail(`${testModule.relativeModuleId} > ${test.fullName}`, errors);
          }
        }
        // A file that could not be loaded has no tests that could fail, so it counts as one
        // failure.
        if (ran === 0 && testModule.state() === 'failed') {
          fail(testModule.relativeModuleId, testModule.errors());
        }
      }
      for (const error of unhandledErrors) {
        fail('an error outside of every test', [error]);
      }
      const folder = join(process.cwd(), FOLDER);
      mkdirSync(folder, { recursive: true });
      const summary = { ...counts, failed: failures.length, failures };
      writeFileSync(join(folder, 'summary.json'), `${JSON.stringify(summary)}\n`);
    },
  };
}
