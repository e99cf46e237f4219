/** Runs that are left before they are read, and their iterators. */
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Remctl } from '../../src/index.js';
import type { ServerToken } from '../../src/tokens.js';
import { output } from '../support/answers.js';
import { countedClient } from '../support/counted-client.js';
import { caught, turn } from '../support/waiting.js';

const STATUS: ServerToken = { type: 'status', status: 4 };

describe('a run that is left before it is read', () => {
  const leaves: Record<string, (run: ReturnType<Remctl['run']>) => unknown> = {
    'Readable.from(run).destroy()': (run) => Readable.from(run).destroy(),
    'return() before the first next()': (run) => run[Symbol.asyncIterator]().return?.(),
    'throw() before the first next()': (run) =>
      caught(Promise.resolve(run[Symbol.asyncIterator]().throw?.(new Error('x')))),
    'cancel() of one stream': (run) => run.stdout.cancel(),
    'cancel() of both streams': ({ stdout, stderr }) =>
      Promise.all([stdout.cancel(), stderr.cancel()]),
  };

  test.each(Object.keys(leaves))('releases the client after %s', async (name) => {
    const { client } = await countedClient([output('x'), STATUS]);
    const run = client.run(['x']);
    await leaves[name]?.(run);
    await turn();
    expect(client.isOpen).toBe(false);
    await client.open('h');
    expect(await client.run(['x']).text()).toMatchObject({ stdout: 'x', status: 4 });
    await expect(run.status).rejects.toThrow(/left|cancelled/);
  });
});

test('an iterator that was left gives no more tokens', async () => {
  const { client } = await countedClient([output('x'), STATUS]);
  const iterator = client.run(['x'])[Symbol.asyncIterator]();
  expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

test('an iterator answers several calls of next() at once', async () => {
  const { client } = await countedClient([output('x'), output('y'), STATUS]);
  const iterator = client.run(['x'])[Symbol.asyncIterator]();
  const four = await Promise.all([
    iterator.next(),
    iterator.next(),
    iterator.next(),
    iterator.next(),
  ]);
  expect(four.map(({ value }) => value?.type)).toEqual(['output', 'output', 'status', undefined]);
  expect(four[3]).toEqual({ done: true, value: undefined });
});
