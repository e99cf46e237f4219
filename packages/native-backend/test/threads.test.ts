/** Many connections at once block neither the event loop nor libuv's pool. */
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { useRealmForFile } from '@remctl/conformance';
import { Remctl } from '@remctl/core';
import { expect, test } from 'vitest';
import { createNativeBackend } from '../src/index.js';

const realm = await useRealmForFile();

async function open(): Promise<Remctl> {
  const client = new Remctl(createNativeBackend());
  await client.open(realm.host, realm.port);
  return client;
}

const median = (list: number[]) => [...list].sort((a, b) => a - b)[list.length >> 1] ?? 0;

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 21; n += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return median(times);
}

test('64 one-second commands at once end in under 2 s, and reading files and names takes no longer', async () => {
  const clients = await Promise.all(Array.from({ length: 64 }, open));
  const idle = [
    await timeOf(() => readFile('/etc/hosts')),
    await timeOf(() => lookup('localhost')),
  ];
  const started = performance.now();
  const runs = Promise.all(clients.map((client) => client.run(['test', 'sleep', '1']).bytes()));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const busy = [
    await timeOf(() => readFile('/etc/hosts')),
    await timeOf(() => lookup('localhost')),
  ];
  expect((await runs).map(({ status }) => status)).toEqual(Array(64).fill(0));
  expect(performance.now() - started).toBeLessThan(2000);
  // Blocked behind the commands they would take the better part of a second.
  for (const [n, time] of busy.entries()) {
    expect(time).toBeLessThan((idle[n] ?? 0) + 20);
  }
  await Promise.all(clients.map((client) => client.close()));
});

test('a connection whose descriptor is above 1,024 works with a time-out', async () => {
  const { open: openFile } = await import('node:fs/promises');
  const files = await Promise.all(Array.from({ length: 1100 }, () => openFile('/dev/null')));
  const client = await open();
  client.setTimeout(5);
  expect((await client.run(['echo', 'high']).text()).stdout).toBe('high\n');
  await client.close();
  await Promise.all(files.map((file) => file.close()));
});

test('256 connections at once each run a command', async () => {
  const results = await Promise.all(
    Array.from({ length: 256 }, async () => {
      const client = await open();
      const { status } = await client.run(['test', 'status', '7']).bytes();
      await client.close();
      return status;
    }),
  );
  expect(results).toEqual(Array(256).fill(7));
});
