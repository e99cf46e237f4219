/** The README's examples of many commands: their text stands there, and they run here. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as core from '../../src/index.js';
import { scriptedBackend } from '../../src/testing/index.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const section = readme.slice(
  readme.indexOf('## Many commands'),
  readme.indexOf('## What happens inside'),
);
const examples = [...section.matchAll(/```ts\n(.*?)```/gs)].map(([, text = '']) => text);

const backend = scriptedBackend((command) => ({ stdout: `${command.join(' ')}\n` }));
const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;

/** Runs an example: imports become the package's exports, and every backend a scripted one. */
async function run(example: string): Promise<void> {
  const code = example
    .replace(/^import \{([^}]*)\} from '@remctl\/core';$/m, 'const {$1} = core;')
    .replaceAll("'pure'", 'backend')
    .replaceAll("['uptime'], {", "['uptime'], { backend,")
    .replace('await discover(', 'await found(');
  const found = async () => [{ host: 'a.example.org', port: 4373, priority: 0, weight: 0 }];
  await new AsyncFunction('core', 'backend', 'found', code)(core, backend, found);
}

let printed: unknown[][];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((...words) => {
    printed.push(words);
  });
});
afterEach(() => vi.restoreAllMocks());

test('there are three examples', () => {
  expect(examples).toHaveLength(3);
});

test('a pool', async () => {
  await run(examples[0] ?? '');
  expect(printed).toEqual([['account show jdoe\n'], ['account show asmith\n']]);
});

test('many hosts', async () => {
  await run(examples[1] ?? '');
  expect(printed).toHaveLength(20);
  expect(printed.map(([host]) => host)).toContain('web07.example.org');
  expect(printed[0]?.slice(1)).toEqual(['ended with status', 0]);
});

test('discovery', async () => {
  await run(examples[2] ?? '');
  expect(printed).toEqual([['answered by', 'a.example.org']]);
});
