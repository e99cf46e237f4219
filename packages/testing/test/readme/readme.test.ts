/** The README: its examples are the files beside this one, and they run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../support/run.js';

const here = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
const README = here('../../README.md');

/** Returns the program of a file without the comment at its head. */
const programOf = (file: string) => here(file).replace(/^(?:\/\/.*|\/\*\*.*\*\/)\n/, '');

test.each(['short-example.mjs', 'vitest-example.test.ts', 'node-test-example.mjs'])(
  '%s stands in the README',
  (file) => {
    expect(README).toContain(
      `\n\`\`\`${file.endsWith('.ts') ? 'ts' : 'js'}\n${programOf(file)}\`\`\`\n`,
    );
  },
);

test.each([
  ['short-example.mjs', [], /^hello alice@REMCTL\.TEST\n/],
  ['node-test-example.mjs', ['--test', '--test-reporter=tap'], /# pass 2\n# fail 0/],
])('%s runs', async (file, options, output) => {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const ended = await run(process.execPath, [...options, path], process.env);
  expect(ended).toMatchObject({ status: 0, stdout: expect.stringMatching(output) });
});

test('the table of files names the files there are', () => {
  const source = new URL('../../src/', import.meta.url);
  const table = [...README.matchAll(/^\| `([\w/-]+\.ts)`/gm)].map(([, file]) => file ?? '');
  expect(table.filter((file) => !existsSync(new URL(file, source)))).toEqual([]);
  const files = readdirSync(source, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('kdc/'));
  expect(files.filter((file) => !table.includes(file))).toEqual([]);
});
