// The program of `npm test`: checks every package and prints the results.
//
// It installs and builds, then runs lint, types and tests, then prints the table of cases and the counts.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setUp } from './setup.mjs';
import { loudly, ROOT, say } from './steps.mjs';
import { workspaceFolders } from './workspace.mjs';

const packages = workspaceFolders();
const results = (folder) => join(folder, '.results');

/**
 * Returns the counts and failures of a package's tests. A package with tests but without results
 * counts as one failure.
 */
function summaryOf(folder) {
  const file = join(results(folder), 'summary.json');
  if (existsSync(file)) {
    return JSON.parse(readFileSync(file, 'utf8'));
  }
  const tests = join(folder, 'test');
  const expected = existsSync(tests) && readdirSync(tests).length > 0;
  const failures = expected
    ? [{ name: 'every test', message: 'the run left no results: see its output above' }]
    : [];
  return { passed: 0, failed: failures.length, skipped: 0, failures };
}

await setUp('tests');
for (const folder of packages) {
  rmSync(results(folder), { recursive: true, force: true });
}

say('lint, types and tests of every package');
const tasks = ['run', 'lint', 'typecheck', 'test', '--concurrency=2', '--continue'];
const status = await loudly('turbo', [...tasks, '--output-logs=new-only', '--log-order=grouped']);
const table = await loudly(process.execPath, [join(ROOT, 'tools', 'case-table.mjs')]);

const total = { passed: 0, failed: 0, skipped: 0 };
for (const folder of packages) {
  const summary = summaryOf(folder);
  for (const key of Object.keys(total)) {
    total[key] += summary[key];
  }
  for (const { name, message } of summary.failures) {
    console.error(`FAILED ${relative(ROOT, folder)}: ${name}: ${message}`);
  }
}
if (status !== 0 && total.failed === 0) {
  console.error('lint, types or a test run failed: see above');
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = status !== 0 || table !== 0 || total.failed > 0 ? 1 : 0;
