/** A folder that is made once and copied afterwards. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { copyKept } from '../src/kept-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-kept-'));
  return () => rmSync(folder, { recursive: true });
});

let made: string[];
beforeEach(() => {
  made = [];
});

/** Copies to `name`. Where a folder has to be made, a file in it tells who made it. */
function copy(name: string): Promise<void> {
  const target = join(folder, name);
  return copyKept(join(folder, 'kept', 'one'), target, async () => {
    made.push(name);
    mkdirSync(target);
    writeFileSync(join(target, 'maker'), name);
  });
}

const makerIn = (name: string) => readFileSync(join(folder, name, 'maker'), 'utf8');

test('a folder is made once, and later ones are copies', async () => {
  await copy('first');
  await copy('second');
  expect(made).toEqual(['first']);
  expect([makerIn('first'), makerIn('second')]).toEqual(['first', 'first']);
});

test('two that make it at once have each a folder, and one is kept', async () => {
  await Promise.all([copy('first'), copy('second')]);
  expect(made.sort()).toEqual(['first', 'second']);
  expect([makerIn('first'), makerIn('second')]).toEqual(['first', 'second']);
  expect(readdirSync(join(folder, 'kept'))).toEqual(['one']);
});

test('nothing is kept of a folder that could not be made', async () => {
  const failing = copyKept(join(folder, 'kept', 'one'), join(folder, 'target'), async () => {
    throw new Error('no room');
  });
  await expect(failing).rejects.toThrow('no room');
  expect(readdirSync(folder)).toEqual([]);
});
