/** That nothing blocks the event loop or libuv's pool, and that nothing leaks. */
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { Remctl } from '@remctl/core';
import { type Realm, startRealm, startSilentServer } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNativeBackend } from '../src/index.js';
import { collectGarbage, descriptors, residentMemory, threads } from './process.js';

/** Far below a descriptor's or a context's size; noise of the heap stays under it. */
const BYTES_A_CYCLE = 4000;

let realm: Realm;
let leave: () => void;

beforeAll(async () => {
  realm = await startRealm();
  leave = realm.useHere();
});

afterAll(async () => {
  leave();
  await realm.dispose();
});

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

test('64 one-second commands at once end in under 2 s, and files and names are read as ever', async () => {
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
  for (const [n, time] of busy.entries()) expect(time).toBeLessThan((idle[n] ?? 0) + 20);
  await Promise.all(clients.map((client) => client.close()));
});

test('cycles of open and close leave no descriptor, thread or memory behind', async () => {
  // The first half fills heaps and caches; what leaks grows in the second as well.
  const half = Number(process.env.REMCTL_CYCLES ?? 2000) / 2;
  const cycles = async () => {
    for (let n = 0; n < half; n += 1) await (await open()).close();
    collectGarbage();
  };
  await cycles();
  const before = { descriptors: descriptors(), threads: threads(), memory: residentMemory() };
  await cycles();
  await expect.poll(threads).toBeLessThanOrEqual(before.threads);
  expect(descriptors()).toBeLessThanOrEqual(before.descriptors);
  expect(residentMemory() - before.memory).toBeLessThan(half * BYTES_A_CYCLE);
}, 200_000);

test('aborted and failed opens leave nothing behind either', async () => {
  await using silent = await startSilentServer();
  const abort = async () => {
    const client = new Remctl(createNativeBackend());
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 5);
    const { signal } = controller;
    await expect(client.open({ host: 'localhost', port: silent.port, signal })).rejects.toThrow(
      'enough',
    );
    await expect(client.open('localhost', 1)).rejects.toThrow(/refused/);
  };
  for (let n = 0; n < 10; n += 1) await abort();
  const before = { descriptors: descriptors(), threads: threads() };
  for (let n = 0; n < 100; n += 1) await abort();
  await expect.poll(threads, { timeout: 5000 }).toBeLessThanOrEqual(before.threads + 1);
  // The silent server's sockets are this process's too, and close a moment later.
  await expect.poll(descriptors, { timeout: 5000 }).toBeLessThanOrEqual(before.descriptors + 2);
});

test('descriptors above 1,024 work, with a time-out', async () => {
  const { open: openFile } = await import('node:fs/promises');
  const files = await Promise.all(Array.from({ length: 1100 }, () => openFile('/dev/null')));
  const client = await open();
  client.setTimeout(5);
  expect((await client.run(['echo', 'high']).text()).stdout).toBe('high\n');
  await client.close();
  await Promise.all(files.map((file) => file.close()));
});

test('256 connections at once, each with a command', async () => {
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
