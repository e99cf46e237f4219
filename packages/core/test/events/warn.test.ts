/** Warnings: on their channel, and on standard error if NODE_DEBUG asks. */
import { spawnSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { warn } from '../../src/events/warn.js';

const told: unknown[] = [];
const note = (message: unknown) => told.push(message);

afterEach(() => {
  unsubscribe('remctl:warning', note);
  told.length = 0;
});

test('a subscriber gets the kind and the words', () => {
  subscribe('remctl:warning', note);
  warn('LONG_TIMEOUT', () => 'timeout is 30000 seconds');
  expect(told).toEqual([{ code: 'LONG_TIMEOUT', message: 'timeout is 30000 seconds' }]);
});

test('without a subscriber the words are not made', () => {
  warn('LONG_TIMEOUT', () => {
    throw new Error('nobody listens');
  });
});

const WARN = fileURLToPath(new URL('../../dist/events/warn.js', import.meta.url));
const PROGRAM = `import { warn } from ${JSON.stringify(WARN)}; warn('CODE', () => 'one\\n\\u001b[31mtwo %s');`;

test.each(['remctl', 'http,REMCTL', '*'])('NODE_DEBUG=%s prints them on one line each', (names) => {
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    env: { ...process.env, NODE_DEBUG: names },
    encoding: 'utf8',
  });
  const lines = stderr.split('\n').filter((line) => line.startsWith('REMCTL '));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^REMCTL \d+: warning: one\\u\{a\}\\u\{1b\}\[31mtwo %s \(CODE\)$/);
});

test('without it nothing is printed', () => {
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    env: { ...process.env, NODE_DEBUG: 'http' },
    encoding: 'utf8',
  });
  expect(stderr).not.toContain('REMCTL');
});
