/** An address to which a TCP connection neither succeeds nor fails. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { LOOPBACK } from './ports.js';
import type { ProxyAddress } from './tcp-proxy.js';

export interface BlackHole extends AsyncDisposable {
  readonly port: number;
}

const BACKLOG = 1;
/** Linux queues one connection more than the backlog (listen(2)), and ignores every further SYN. */
const TAKEN = BACKLOG + 1;

/** Listens and reports its port. It never accepts, because its thread then sleeps for good. */
const PROGRAM = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen(workerData, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** Listens with a queue of connections that is full and stays full. */
export async function startBlackHole(at: ProxyAddress = {}): Promise<BlackHole> {
  const { host = LOOPBACK, port: wanted = 0 } = at;
  const workerData = { host, port: wanted, backlog: BACKLOG, exclusive: true };
  const worker = new Worker(PROGRAM, { eval: true, workerData });
  const [port] = await once(worker, 'message');
  const queued: Socket[] = [];
  for (let n = 0; n < TAKEN; n += 1) {
    const socket = connect({ host, port });
    queued.push(socket);
    await once(socket, 'connect');
    // The listener's end resets these connections: no test waits for them.
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
