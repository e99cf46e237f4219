/** Jest runs tests on a realm, set up as the README prints it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../support/run.js';

const here = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
const README = here('../../README.md');
const [, section = ''] = README.split('\n### Jest\n');
const JEST = createRequire(import.meta.url).resolve('jest/bin/jest');

/** Returns what the README has package.json say for JavaScript, and for TypeScript. */
const printed = () =>
  [...section.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text]) => JSON.parse(text ?? ''));

/** Runs one file of this folder with Jest, as the script `test` of the README's package.json does. */
async function runJest(file: string, config: object) {
  const [{ scripts }] = printed();
  const [variable = '', program] = scripts.test.split(' ');
  expect(program).toBe('jest');
  const [name = '', value] = variable.split('=');
  return run(
    process.execPath,
    [
      JEST,
      // An application's packages are in node_modules, where Jest transforms nothing. The workspace's are not.
      `--config=${JSON.stringify({ transform: {}, ...config, testMatch: [`**/${file}`] })}`,
      `--rootDir=${fileURLToPath(new URL('.', import.meta.url))}`,
    ],
    { ...process.env, [name]: value },
  );
}

test('the example stands in the README', () => {
  expect(section).toContain(`\n\`\`\`js\n${here('javascript-example.mjs')}\`\`\`\n`);
});

test('the example runs, without a word of handles left open', async () => {
  const { status, stderr } = await runJest('javascript-example.mjs', {});
  expect(stderr).toMatch(/Tests: +2 passed, 2 total/);
  expect(stderr).not.toContain('did not exit');
  expect(status).toBe(0);
});

test('so does one in TypeScript', async () => {
  const [, { jest }] = printed();
  const { status, stderr } = await runJest('typescript-example.ts', jest);
  expect(stderr).toMatch(/Tests: +1 passed, 1 total/);
  expect(status).toBe(0);
});

test('the objects of Node work, though Jest gives tests a global object of their own', async () => {
  const { status, stderr } = await runJest('other-global-object.mjs', {});
  expect(stderr).toMatch(/Tests: +5 passed, 5 total/);
  expect(status).toBe(0);
});
