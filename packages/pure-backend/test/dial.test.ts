/** Dialling: several addresses, time-outs, aborts, a busy process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { RemctlNetworkError, RemctlTimeoutError } from '@remctl/core';
import { startBlackHole } from '@remctl/realm';
import { expect, onTestFinished, test } from 'vitest';
import { dial } from '../src/dial.js';
import { countDescriptors, waitForDescriptors } from './support/descriptors.js';
import { keepBusy, turn } from './support/event-loop.js';
import { startTcpServer } from './support/tcp-server.js';

/** Makes an address that swallows connections. Returns its port. */
async function blackHole(host: string): Promise<number> {
  const hole = await startBlackHole({ host });
  onTestFinished(() => hole[Symbol.asyncDispose]());
  return hole.port;
}

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

test('a connection that came while the process was busy is in time', async () => {
  const { port } = await startTcpServer();
  const timeoutMs = 100;
  const started = performance.now();
  const dialling = dialAddresses(['127.0.0.1'], port, { timeoutMs });
  // The connection is under way after a turn of the event loop.
  await turn();
  keepBusy(2 * timeoutMs);
  const wire = await dialling;
  onTestFinished(() => wire.destroy());
  expect(performance.now()).toBeGreaterThan(started + 2 * timeoutMs);
});

test('a server that sends without end leaves the event loop free for other work', async () => {
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
  const wire = await dialAddresses(['127.0.0.1'], port);
  onTestFinished(() => wire.destroy());
  let total = 0;
  let inTurn = 0;
  let most = 0;
  await new Promise<void>((resolve) => {
    const next = () => {
      most = Math.max(most, inTurn);
      inTurn = 0;
      if (total < 50 * 2 ** 20) {
        setImmediate(next);
      } else {
        resolve();
      }
    };
    wire.attach({
      onData(chunk) {
        total += chunk.length;
        inTurn += chunk.length;
        // A message takes about as long to be opened. So more is always waiting.
        keepBusy(chunk.length / 2 ** 20);
      },
      onEnd: () => undefined,
      onDrain: () => undefined,
    });
    next();
  });
  // A socket is read in pieces of at most 64 KiB.
  expect(most).toBeLessThanOrEqual((256 + 64) * 1024);
});

test.each([0, 2_000])(
  'dial() tries the next address after one that never answers, with a time-out of %i ms',
  async (timeoutMs) => {
    const port = await blackHole('127.0.0.2');
    await startTcpServer(undefined, { address: '127.0.0.3', port });
    const before = countDescriptors();
    const wire = await dialAddresses(['127.0.0.2', '127.0.0.3'], port, { timeoutMs });
    // The server's end is a descriptor of this process too.
    await waitForDescriptors(before + 2);
    wire.destroy();
    await waitForDescriptors(before);
  },
);

test('dial() tries the next address after one that refuses', async () => {
  const { port } = await startTcpServer(undefined, { address: '127.0.0.3' });
  const wire = await dialAddresses(['127.0.0.2', '::1', '127.0.0.3'], port);
  wire.destroy();
});

test('the time-out is for all addresses, and its error carries the other failures', async () => {
  const port = await blackHole('127.0.0.2');
  const before = countDescriptors();
  const failure = await dialAddresses(['127.0.0.2', '127.0.0.4'], port, { timeoutMs: 600 }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(RemctlTimeoutError);
  expect(failure).toMatchObject({
    phase: 'connect',
    message: `cannot connect to server.test (port ${port}): timed out: no connection within 0.6 s`,
    cause: { code: 'ECONNREFUSED', address: '127.0.0.4' },
  });
  await waitForDescriptors(before);
});

test('the error names the most telling failure if all fail, and has all in its cause', async () => {
  const { port, stopListening } = await startTcpServer(undefined, { address: '127.0.0.3' });
  stopListening();
  // The source address reaches no other host: 192.0.2.1 fails with EINVAL.
  const addresses = ['127.0.0.3', '127.0.0.2', '192.0.2.1'];
  const failure = await dialAddresses(addresses, port, { sourceIp: '127.0.0.1' }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(RemctlNetworkError);
  expect(failure).toMatchObject({
    code: 'ECONNREFUSED',
    phase: 'connect',
    message: `cannot connect to server.test (port ${port}): Connection refused`,
    cause: {
      name: 'AggregateError',
      errors: [{ address: '127.0.0.3' }, { address: '127.0.0.2' }, { address: '192.0.2.1' }],
    },
  });
});

test('an abort ends every attempt', async () => {
  const port = await blackHole('127.0.0.2');
  const before = countDescriptors();
  const controller = new AbortController();
  const { signal } = controller;
  const dialling = dialAddresses(['127.0.0.2', '127.0.0.2', '::ffff:127.0.0.2'], port, { signal });
  setTimeout(() => controller.abort('enough'), 400);
  expect(await dialling.catch((error: unknown) => error)).toBe('enough');
  await waitForDescriptors(before);
});
