/** The file with the history of sessions. */
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { historyPath, isKept, openHistory } from '../src/shell/history.js';

const MODE = 0o777;
const OTHER_USER = 12345;
const isRoot = process.geteuid?.() === 0;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-history-'));
  path = join(folder, 'state', 'remctl', 'history');
});
afterEach(() => rmSync(folder, { recursive: true }));

const content = () => readFileSync(path, 'utf8');

test.each<[NodeJS.ProcessEnv, string | undefined]>([
  [{ XDG_STATE_HOME: '/x' }, '/x/remctl/history'],
  [{ XDG_STATE_HOME: '/x', REMCTL_HISTORY: '/y' }, '/y'],
  [{ REMCTL_HISTORY: '' }, undefined],
])('%j names %s', (env, expected) => {
  expect(historyPath(env)).toBe(expected);
});

test.each([{}, { XDG_STATE_HOME: '' }, { XDG_STATE_HOME: 'relative' }])(
  '%j leaves the folder in the home',
  (env) => {
    expect(historyPath(env)).toMatch(/^\/.*\/\.local\/state\/remctl\/history$/);
  },
);

test.each([
  ['account show jdoe', true],
  [' account password jdoe x', false],
  ['\taccount', false],
  ['', false],
  ['a\nb', false],
  ['a \u001b]0;title\u0007', false],
  ['a'.repeat(4097), false],
])('%j is kept: %s', (line, expected) => {
  expect(isKept(line)).toBe(expected);
});

test('folders and file are for the user alone, also a file that was open to others', async () => {
  await (await openHistory(path)).add('one');
  expect(statSync(path).mode & MODE).toBe(0o600);
  expect(statSync(join(path, '..')).mode & MODE).toBe(0o700);
  chmodSync(path, 0o644);
  const history = await openHistory(path);
  expect(history.lines).toEqual(['one']);
  expect(statSync(path).mode & MODE).toBe(0o600);
});

test('two sessions at a time keep the lines of both', async () => {
  const [one, other] = [await openHistory(path), await openHistory(path)];
  await Promise.all(
    Array.from({ length: 50 }, (_, n) => [one.add(`one ${n}`), other.add(`other ${n}`)]).flat(),
  );
  const lines = content().trimEnd().split('\n');
  expect(lines).toHaveLength(100);
  expect(new Set(lines).size).toBe(100);
});

test('a long file is cut back to its last lines', async () => {
  await openHistory(path);
  writeFileSync(path, Array.from({ length: 2500 }, (_, n) => `line ${n}\n`).join(''));
  const { lines } = await openHistory(path);
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([1000, 'line 2499', 'line 1500']);
  expect(content().split('\n')).toHaveLength(1001);
  expect(readdirSync(join(path, '..'))).toEqual(['history']);
  expect(statSync(path).mode & MODE).toBe(0o600);
});

test('what a session left behind as it was killed keeps no history from being cut', async () => {
  await (await openHistory(path)).add('first');
  writeFileSync(`${path}.${process.pid}`, 'half', { mode: 0o600 });
  writeFileSync(path, 'echo x\n'.repeat(2001));
  expect((await openHistory(path)).lines).toHaveLength(1000);
  expect(readdirSync(dirname(path))).toEqual(['history']);
});

test('a file with long lines is cut back too, and a cut line is none', async () => {
  await openHistory(path);
  writeFileSync(path, `${'secret '.repeat(400_000)}\nlast\n`);
  expect((await openHistory(path)).lines).toEqual(['last']);
  expect(content()).toBe('last\n');
});

test('lines that a terminal would obey are left out', async () => {
  await openHistory(path);
  writeFileSync(path, 'one\n\u001b]0;title\u0007\ntwo\n');
  expect((await openHistory(path)).lines).toEqual(['two', 'one']);
});

describe('a file that is not the user’s own is left alone', () => {
  const other = () => join(folder, 'other');
  const refused = async () => {
    await expect(openHistory(path)).rejects.toThrow();
    expect(readFileSync(other(), 'utf8')).toBe('keep\n');
  };

  beforeEach(async () => {
    await openHistory(path);
    writeFileSync(other(), 'keep\n');
  });

  test('behind a link', async () => {
    symlinkSync(other(), path);
    await refused();
  });

  test('with a second name', async () => {
    linkSync(other(), path);
    await refused();
  });

  test.runIf(isRoot)('of another user', async () => {
    linkSync(other(), path);
    rmSync(other());
    chownSync(path, OTHER_USER, OTHER_USER);
    await expect(openHistory(path)).rejects.toThrow();
    expect(content()).toBe('keep\n');
  });

  test('put in its place while a session runs', async () => {
    const history = await openHistory(path);
    symlinkSync(other(), path);
    await expect(history.add('one')).rejects.toThrow();
    expect(readFileSync(other(), 'utf8')).toBe('keep\n');
  });
});
