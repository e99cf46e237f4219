/** A part of the pure backend's suites on other runtimes: `npm run matrix` runs all of them. */
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
