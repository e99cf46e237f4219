/** The README on scripted backends: its example is a test that runs. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const here = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');

test('the example in the README is the test beside this one', () => {
  const [, example] =
    /```ts\n(import [^`]*from 'vitest';\n.*?)```/s.exec(here('../../README.md')) ?? [];
  const [, source] = /^\/\*\*.*?\*\/\n(.*)$/s.exec(here('readme-example.test.ts')) ?? [];
  expect(example).toBe(source);
});
