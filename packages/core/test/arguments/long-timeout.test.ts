/** Time-outs that were probably meant in milliseconds. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createClient,
  createPool,
  Remctl,
  runOnHosts,
  type WarningMessage,
} from '../../src/index.js';
import { scriptedBackend } from '../../src/testing/index.js';

const told: string[] = [];
const note = (message: unknown) => {
  const { code, message: text } = message as WarningMessage;
  told.push(`${code} ${text}`);
};

beforeEach(() => subscribe('remctl:warning', note));
afterEach(() => {
  unsubscribe('remctl:warning', note);
  told.length = 0;
});

const backend = scriptedBackend(() => ({}));

test('more than an hour is told with what to give, and is no error', async () => {
  const client = await createClient(backend, { host: 'h', timeout: 30_000 });
  expect(await client.run(['x']).text()).toMatchObject({ status: 0 });
  expect(told).toEqual([
    'LONG_TIMEOUT timeout is 30000 seconds, more than an hour: time-outs are in seconds; if milliseconds were meant, give 30',
  ]);
});

test('an hour is not', () => {
  const client = new Remctl(backend, { timeout: 3600 });
  client.setTimeout(0);
  client.setTimeout(59.5);
  expect(told).toEqual([]);
});

test('setTimeout() and the times of a pool are told by their names', async () => {
  new Remctl(backend).setTimeout(5000);
  await createPool(backend, { host: 'h' }, { idleTimeout: 60_000, keepAlive: 10_000 });
  expect(told.map((text) => text.split(' ')[1])).toEqual(['timeout', 'idleTimeout', 'keepAlive']);
});

test('one time-out for many hosts is told once', async () => {
  const hosts = Array.from({ length: 20 }, (_, n) => `host${n}`);
  for await (const { type } of runOnHosts(hosts, ['x'], { backend, timeout: 90_000 })) {
    expect(type).toBe('finished');
  }
  expect(told).toHaveLength(1);
});
