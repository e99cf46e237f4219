/** The deadline of a negotiation, without a server. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { RemctlTimeoutError } from '@remctl/core';
import { expect, test } from 'vitest';
import { endsAfter } from '../src/negotiation.js';

const target = { host: 'localhost', port: 4373, timeoutMs: 0, negotiateMs: 20 };
const session = (sent: number, received: number) => ({
  sent: () => sent,
  received: () => received,
});

/** Waits for the deadline's error, after so many bytes in both directions. */
const endOf = (sent: number, received: number, more: Partial<typeof target> = {}) =>
  new Promise<RemctlTimeoutError>((resolve) => {
    endsAfter({ ...target, ...more }, session(sent, received), resolve);
  });

test('the error says who was silent: a KDC, the server, or the server in the middle', async () => {
  const kdc = await endOf(6, 0);
  expect(kdc).toBeInstanceOf(RemctlTimeoutError);
  expect(kdc.phase).toBe('negotiate');
  expect(kdc.message).toMatch(/localhost \(port 4373\).*0\.02 s.*KDC/);
  expect((await endOf(700, 0)).message).toMatch(/server.*silent|silent.*server/);
  expect((await endOf(700, 5)).message).toMatch(/within 0\.02 s: it sent 5 bytes/);
});

test('the shorter of the two bounds holds', async () => {
  expect((await endOf(700, 0, { timeoutMs: 10, negotiateMs: 60_000 })).message).toMatch(/0\.01 s/);
  expect((await endOf(700, 0, { timeoutMs: 60_000, negotiateMs: 10 })).message).toMatch(/0\.01 s/);
});

test('an event that arrived in time is in time, although the process was busy', async () => {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     parentPort.postMessage('ready');
     Atomics.wait(workerData, 0, 0);
     parentPort.postMessage('established');
     Atomics.store(workerData, 1, 1);
     Atomics.notify(workerData, 1);`,
    { eval: true, workerData: shared },
  );
  await once(worker, 'message');
  let late = false;
  let end: () => void = () => undefined;
  const established = new Promise<void>((resolve) => {
    worker.once('message', () => {
      end();
      resolve();
    });
    end = endsAfter(target, session(700, 60), () => {
      late = true;
    });
    // Busy until the message has been sent, and for longer than the deadline.
    const begun = performance.now();
    Atomics.store(shared, 0, 1);
    Atomics.notify(shared, 0);
    Atomics.wait(shared, 1, 0);
    while (performance.now() - begun < 2 * target.negotiateMs) {
      // The process is busy.
    }
  });
  await established;
  await new Promise((resolve) => setTimeout(resolve, 2 * target.negotiateMs));
  expect(late).toBe(false);
  await worker.terminate();
});
