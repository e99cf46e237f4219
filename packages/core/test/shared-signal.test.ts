/** One AbortSignal for many calls. */
import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient, Remctl } from '../src/index.js';
import { scriptedBackend } from '../src/testing.js';
import { manualBackend, never, output } from './scripted.js';

const CALLS = 1000;
const warnings: Error[] = [];
const note = (warning: Error) => warnings.push(warning);

beforeEach(() => {
  warnings.length = 0;
  process.on('warning', note);
});
afterEach(() => process.off('warning', note));

const STATUS = { type: 'status', status: 0 } as const;

test('a thousand calls put one listener on it, none stays, and nobody is warned', async () => {
  const { signal } = new AbortController();
  const manual = manualBackend();
  const opening = Array.from({ length: CALLS }, async () => {
    const client = new Remctl(manual.backend);
    await client.open({ host: 'h', port: 1, signal });
    await client.command(['x'], { signal });
    await client.output({ signal });
    await client.noop({ signal });
    await client.run(['x'], { signal }).text();
    for await (const _ of client.run(['x'], { signal })) {
      // Only reading is wanted.
    }
    return client;
  });
  expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
  await Promise.all(opening);
  await new Promise(setImmediate);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(warnings).toEqual([]);
});

test('its abort reaches each of them', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const backend = scriptedBackend(async function* () {
    yield output('x');
    await never();
    yield STATUS;
  });
  const runs = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const client = await createClient(backend, { host: 'h', signal });
      return client.run(['x'], { signal });
    }),
  );
  const results = runs.map((run) => run.text().catch((reason: unknown) => reason));
  await new Promise(setImmediate);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  controller.abort('the reason');
  expect(await Promise.all(results)).toEqual(Array(20).fill('the reason'));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(warnings).toEqual([]);
});

test('a signal that lives long does not keep a client whose run nobody holds', async () => {
  const { signal } = new AbortController();
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const backend = scriptedBackend(() => [output('x'), STATUS]);
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

test('a signal of another global object, as test runners have them, will do', async () => {
  const target = new EventTarget();
  const foreign: unknown = {
    aborted: false,
    throwIfAborted: () => undefined,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    reason: 'theirs',
  };
  const signal = foreign as AbortSignal;
  const backend = scriptedBackend(async function* () {
    yield output('x');
    await never();
    yield STATUS;
  });
  const client = await createClient(backend, { host: 'h' });
  const whole = client.run(['x'], { signal }).text();
  await new Promise(setImmediate);
  target.dispatchEvent(new Event('abort'));
  await expect(whole).rejects.toBe('theirs');
});
