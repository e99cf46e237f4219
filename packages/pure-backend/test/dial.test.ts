/** Dialling, where its bounds matter. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { dial } from '../src/dial.js';

test('a connection that came while the process was busy is not too late', async () => {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const timeoutMs = 100;
  const { signal } = new AbortController();
  const { port } = address;
  const dialling = dial({ host: '127.0.0.1', port, sourceIp: undefined, timeoutMs, signal });
  // The name, which is an address, takes a turn of the event loop; then the connection is under way.
  await new Promise((resolve) => setImmediate(resolve));
  const busyUntil = performance.now() + 2 * timeoutMs;
  while (performance.now() < busyUntil);
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
  const wire = await dial({ host: '127.0.0.1', port, sourceIp: undefined, timeoutMs: 0, signal });
  onTestFinished(() => wire.destroy());
  let total = 0;
  let turn = 0;
  let most = 0;
  await new Promise<void>((resolve) => {
    const next = () => {
      most = Math.max(most, turn);
      turn = 0;
      if (total < 50 * 2 ** 20) setImmediate(next);
      else resolve();
    };
    wire.attach({
      onData(chunk) {
        total += chunk.length;
        turn += chunk.length;
        // As long as a message takes to be opened, so that more is always waiting.
        const until = performance.now() + chunk.length / 2 ** 20;
        while (performance.now() < until);
      },
      onEnd: () => undefined,
      onDrain: () => undefined,
    });
    next();
  });
  // A socket is read in pieces of at most 64 KiB.
  expect(most).toBeLessThanOrEqual((256 + 64) * 1024);
});
