/** A part of the pure backend's suites on other runtimes: `npm run matrix` runs all of them. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { commandOf, IN_TESTS } from '../../../tools/runtimes.mjs';
import { runSuite } from '../src/index.js';

/** The interfaces, large commands and answers, and interruptions. */
const ONLY = ['simple/', 'full/', 'size/', 'interrupt/abort-open', 'bad-input/host-unknown'];

test.each(IN_TESTS)('%s', async (runtime) => {
  const command = commandOf(runtime);
  const { passed, failed } = await runSuite({
    runtime,
    command,
    suite: 'conformance',
    protocol: 2,
    only: ONLY,
  });
  expect(failed).toEqual([]);
  expect(passed.length).toBeGreaterThan(ONLY.length);
});

test.each(IN_TESTS)(
  '%s: a test realm in the process, and a backend by its name',
  async (runtime) => {
    const program = fileURLToPath(new URL('fixture/realm-here.mjs', import.meta.url));
    const [binary, ...args] = commandOf(runtime);
    const { stdout, stderr } = await promisify(execFile)(binary, [...args, program]);
    expect({ stdout, stderr }).toEqual({ stdout: 'hello alice@REMCTL.TEST\n', stderr: '' });
  },
);

// Their resolvers answer differently from Node's.
test.each(['bun', 'deno'])('%s: names in DNS', async (runtime) => {
  const command = commandOf(runtime);
  const only = ['names/true-no-rdns-as-given'];
  const { passed, failed } = await runSuite({
    runtime,
    command,
    suite: 'names',
    protocol: 2,
    only,
  });
  expect({ passed, failed }).toEqual({ passed: only, failed: [] });
});
