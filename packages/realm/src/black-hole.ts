/** An address that swallows connections: TCP to it neither comes about nor fails. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { ProxyAddress } from './proxy.js';

export interface BlackHole extends AsyncDisposable {
  readonly port: number;
}

/** One in the queue more than this is taken (listen(2), on Linux); to all others nothing is answered. */
const BACKLOG = 1;
const TAKEN = BACKLOG + 1;

/** Listens, and never accepts: its thread sleeps from then on. */
const PROGRAM = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen(workerData, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** Listens with a queue that is full and stays so. */
export async function startBlackHole(at: ProxyAddress = {}): Promise<BlackHole> {
  const { host = '127.0.0.1', port: wanted = 0 } = at;
  const workerData = { host, port: wanted, backlog: BACKLOG, exclusive: true };
  const worker = new Worker(PROGRAM, { eval: true, workerData });
  const [port] = await once(worker, 'message');
  const queued: Socket[] = [];
  for (let n = 0; n < TAKEN; n += 1) {
    const socket = connect({ host, port });
    queued.push(socket);
    await once(socket, 'connect');
    // Its end is the end of the listener, which nobody need know of.
    socket.on('error', () => socket.destroy());
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of queued) {
        socket.destroy();
      }
      await worker.terminate();
    },
  };
}
