/** One AbortSignal that many calls share. */
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient, Remctl } from '../src/index.js';
import { scriptedBackend } from '../src/testing/index.js';
import { output, SUCCESS, tokensOf } from './support/answers.js';
import { manualBackend } from './support/manual-backend.js';
import { stallingBackend } from './support/stalling-backend.js';
import { caught, garbageCollector, turn } from './support/waiting.js';

const CALLS = 1000;
const warnings: Error[] = [];
const note = (warning: Error) => warnings.push(warning);

beforeEach(() => {
  warnings.length = 0;
  process.on('warning', note);
});
afterEach(() => process.off('warning', note));

test('a thousand calls add one listener to their signal, remove it, and cause no warning', async () => {
  const { signal } = new AbortController();
  const manual = manualBackend();
  const opening = Array.from({ length: CALLS }, async () => {
    const client = new Remctl(manual.backend);
    await client.open({ host: 'h', port: 1, signal });
    await client.command(['x'], { signal });
    await client.output({ signal });
    await client.noop({ signal });
    await client.run(['x'], { signal }).text();
    await tokensOf(client.run(['x'], { signal }));
    return client;
  });
  expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
  await Promise.all(opening);
  await turn();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(warnings).toEqual([]);
});

test('an abort reaches every call that shares the signal', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const runs = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const client = await createClient(stallingBackend, { host: 'h', signal });
      return client.run(['x'], { signal });
    }),
  );
  const results = runs.map((run) => caught(run.text()));
  await turn();
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  controller.abort('the reason');
  expect(await Promise.all(results)).toEqual(Array(20).fill('the reason'));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(warnings).toEqual([]);
});

test('a signal that lives long does not hold a client whose run nobody holds', async () => {
  const { signal } = new AbortController();
  const collectGarbage = garbageCollector();
  const backend = scriptedBackend(() => [output('x'), SUCCESS]);
  const clients: WeakRef<Remctl>[] = [];
  for (let n = 0; n < 20; n += 1) {
    await (async () => {
      const client = await createClient(backend, { host: 'h' });
      clients.push(new WeakRef(client));
      client.run(['x'], { signal });
    })();
  }
  for (let n = 0; n < 100 && getEventListeners(signal, 'abort').length > 0; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collectGarbage();
  }
  expect(clients.filter((client) => client.deref() !== undefined)).toEqual([]);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a signal of another global object, as test runners have, ends a call', async () => {
  const target = new EventTarget();
  const foreign: unknown = {
    aborted: false,
    throwIfAborted: () => undefined,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    reason: 'foreign',
  };
  const signal = foreign as AbortSignal;
  const client = await createClient(stallingBackend, { host: 'h' });
  const whole = client.run(['x'], { signal }).text();
  await turn();
  target.dispatchEvent(new Event('abort'));
  await expect(whole).rejects.toBe('foreign');
});
