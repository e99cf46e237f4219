/** Dialling, where its bounds matter. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { RemctlNetworkError, RemctlTimeoutError } from '@remctl/core';
import { startBlackHole } from '@remctl/realm';
import { expect, onTestFinished, test, vi } from 'vitest';
import { dial } from '../src/dial.js';

test('a connection that came while the process was busy is not too late', async () => {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('no port');
  }
  const timeoutMs = 100;
  const { signal } = new AbortController();
  const { port } = address;
  const dialling = dial({ host: '127.0.0.1', port, sourceIp: undefined, timeoutMs, signal }, [
    '127.0.0.1',
  ]);
  // The name, which is an address, takes a turn of the event loop; then the connection is under way.
  await new Promise((resolve) => setImmediate(resolve));
  const busyUntil = performance.now() + 2 * timeoutMs;
  while (performance.now() < busyUntil) {
    // The process is busy.
  }
  const wire = await dialling;
  onTestFinished(() => wire.destroy());
  expect(performance.now()).toBeGreaterThan(busyUntil);
});

test('a server that sends without end does not keep the event loop from its other work', async () => {
  const program = `
    const { createServer } = require('node:net');
    const server = createServer((socket) => {
      const block = Buffer.alloc(1 << 20);
      socket.on('error', () => process.exit());
      const flood = () => { while (socket.write(block)); socket.once('drain', flood); };
      flood();
    });
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const port = Number(String((await once(child.stdout, 'data'))[0]));
  const { signal } = new AbortController();
  const wire = await dial({ host: '127.0.0.1', port, sourceIp: undefined, timeoutMs: 0, signal }, [
    '127.0.0.1',
  ]);
  onTestFinished(() => wire.destroy());
  let total = 0;
  let turn = 0;
  let most = 0;
  await new Promise<void>((resolve) => {
    const next = () => {
      most = Math.max(most, turn);
      turn = 0;
      if (total < 50 * 2 ** 20) {
        setImmediate(next);
      } else {
        resolve();
      }
    };
    wire.attach({
      onData(chunk) {
        total += chunk.length;
        turn += chunk.length;
        // As long as a message takes to be opened, so that more is always waiting.
        const until = performance.now() + chunk.length / 2 ** 20;
        while (performance.now() < until) {
          // The process is busy.
        }
      },
      onEnd: () => undefined,
      onDrain: () => undefined,
    });
    next();
  });
  // A socket is read in pieces of at most 64 KiB.
  expect(most).toBeLessThanOrEqual((256 + 64) * 1024);
});

/** An address that swallows connections. Gives its port. */
async function blackHole(host: string): Promise<number> {
  const hole = await startBlackHole({ host });
  onTestFinished(() => hole[Symbol.asyncDispose]());
  return hole.port;
}

/** A server that takes connections. */
async function startServer(address: string, port: number) {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()));
  onTestFinished(() => void server.close());
  server.listen(port, address);
  await once(server, 'listening');
  return server;
}

const descriptors = () => readdirSync('/proc/self/fd').length;

/** Dials these addresses. */
function dialAddresses(
  addresses: readonly string[],
  port: number,
  {
    timeoutMs = 0,
    signal = new AbortController().signal,
    sourceIp = undefined as string | undefined,
  } = {},
) {
  const options = { host: 'server.test', port, sourceIp, timeoutMs, signal };
  return dial(options, addresses);
}

test.each([0, 2_000])(
  'an address that never answers does not keep the next from being tried, with a time-out of %i ms',
  async (timeoutMs) => {
    const port = await blackHole('127.0.0.2');
    await startServer('127.0.0.3', port);
    const before = descriptors();
    const wire = await dialAddresses(['127.0.0.2', '127.0.0.3'], port, { timeoutMs });
    // The server's end is a descriptor of this process too.
    await vi.waitUntil(() => descriptors() <= before + 2);
    wire.destroy();
    await vi.waitUntil(() => descriptors() <= before);
  },
);

test('one that refuses does not keep the next from being tried either', async () => {
  const server = await startServer('127.0.0.3', 0);
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('no port');
  }
  const wire = await dialAddresses(['127.0.0.2', '::1', '127.0.0.3'], address.port);
  wire.destroy();
});

test('where none connects, the time-out is for all of them, and says what the others said', async () => {
  const port = await blackHole('127.0.0.2');
  const before = descriptors();
  const failure = await dialAddresses(['127.0.0.2', '127.0.0.4'], port, { timeoutMs: 600 }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(RemctlTimeoutError);
  expect(failure).toMatchObject({
    phase: 'connect',
    message: `cannot connect to server.test (port ${port}): timed out: no connection within 0.6 s`,
    cause: { code: 'ECONNREFUSED', address: '127.0.0.4' },
  });
  await vi.waitUntil(() => descriptors() <= before);
});

test('where all fail, the one that says most is told, and all are in cause', async () => {
  const server = await startServer('127.0.0.3', 0);
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('no port');
  }
  server.close();
  // A source address that no other host can be reached from: EINVAL.
  const addresses = ['127.0.0.3', '127.0.0.2', '192.0.2.1'];
  const failure = await dialAddresses(addresses, address.port, { sourceIp: '127.0.0.1' }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(RemctlNetworkError);
  expect(failure).toMatchObject({
    code: 'ECONNREFUSED',
    phase: 'connect',
    message: `cannot connect to server.test (port ${address.port}): Connection refused`,
    cause: {
      name: 'AggregateError',
      errors: [{ address: '127.0.0.3' }, { address: '127.0.0.2' }, { address: '192.0.2.1' }],
    },
  });
});

test('an abort in the middle of it ends every attempt', async () => {
  const port = await blackHole('127.0.0.2');
  const before = descriptors();
  const controller = new AbortController();
  const { signal } = controller;
  const dialling = dialAddresses(['127.0.0.2', '127.0.0.2', '::ffff:127.0.0.2'], port, { signal });
  setTimeout(() => controller.abort('enough'), 400);
  expect(await dialling.catch((error: unknown) => error)).toBe('enough');
  await vi.waitUntil(() => descriptors() <= before);
});
