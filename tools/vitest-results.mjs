import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A vitest reporter that leaves the run's counts in `.results/summary.json` of the package, so that
 * tools/test.mjs can add up what the runner counted, also when turbo replays a cached run.
 *
 * @returns {import('vitest/node').Reporter}
 */
export default function results() {
  return {
    onTestRunEnd(testModules, unhandledErrors) {
      const counts = { passed: 0, failed: 0, skipped: 0 };
      for (const testModule of testModules) {
        let ran = 0;
        for (const test of testModule.children.allTests()) {
          const { state } = test.result();
          if (state !== 'pending') ran += 1;
          counts[state === 'pending' ? 'failed' : state] += 1;
        }
        // A file that could not be loaded has no tests to fail: it counts as one failure.
        if (ran === 0 && testModule.state() === 'failed') counts.failed += 1;
      }
      counts.failed += unhandledErrors.length;
      const folder = join(process.cwd(), '.results');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'summary.json'), `${JSON.stringify(counts)}\n`);
    },
  };
}
