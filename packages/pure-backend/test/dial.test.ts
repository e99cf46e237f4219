/** Dialling, where its bounds matter. */
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
