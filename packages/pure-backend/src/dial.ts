/** From a host and a port to a wire: the only file that knows a socket. */
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { RemctlNetworkError, RemctlTimeoutError } from '@remctl/core';
import { type Bounds, bounded } from './bounded.js';
import { systemFailure } from './system-error.js';
import type { Wire } from './wire.js';

const END_TIMEOUT_MS = 1_000;

/** Octets of a socket that are taken before timers and other sockets have their turn. */
const TURN_LENGTH = 256 * 1024;

/** The bounds hold for each step: the name, and each address. */
export interface DialOptions extends Bounds {
  readonly host: string;
  readonly port: number;
  readonly sourceIp: string | undefined;
}

async function resolveHost(options: DialOptions): Promise<readonly string[]> {
  const { host, sourceIp } = options;
  const family = sourceIp === undefined ? 0 : isIP(sourceIp);
  const timedOut = () =>
    new RemctlTimeoutError(`the name ${host} did not resolve in time`, { phase: 'resolve' });
  try {
    const found = await bounded(lookup(host, { all: true, family }), options, timedOut);
    return found.map(({ address }) => address);
  } catch (error) {
    if (options.signal.aborted || error instanceof RemctlTimeoutError) throw error;
    const { code, text } = systemFailure(error);
    throw new RemctlNetworkError(
      `unknown host ${host}${family === 0 ? '' : ` (for IPv${family}, as the source address is)`}: ${text}`,
      { code, phase: 'resolve' },
      { cause: error },
    );
  }
}

async function connectTo(address: string, options: DialOptions): Promise<Socket> {
  const { host, port, sourceIp } = options;
  const socket = connect({
    host: address,
    port,
    noDelay: true,
    keepAlive: true,
    ...(sourceIp === undefined ? {} : { localAddress: sourceIp }),
  });
  const connected = new Promise<Socket>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
  try {
    return await bounded(
      connected,
      options,
      () =>
        new RemctlTimeoutError(`cannot connect to ${host} (port ${port}): timed out`, {
          phase: 'connect',
        }),
    );
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/**
 * Resolves the name (dns.lookup, the system's resolver, on libuv's pool) and tries every address in
 * its order. Rejects with the signal's reason, RemctlNetworkError of phase `resolve` or `connect`
 * with the last address's failure, or RemctlTimeoutError. A reset is of phase `negotiate`: the server
 * took the connection, and dropped it before this side had noticed.
 */
export async function dial(options: DialOptions): Promise<Wire> {
  const { host, port, signal } = options;
  signal.throwIfAborted();
  let failure: unknown;
  for (const address of await resolveHost(options)) {
    try {
      return socketWire(await connectTo(address, options));
    } catch (error) {
      if (signal.aborted) throw error;
      failure = error;
    }
  }
  if (failure instanceof RemctlTimeoutError) throw failure;
  const { code, text } = systemFailure(failure);
  throw new RemctlNetworkError(
    `cannot connect to ${host} (port ${port}): ${text}`,
    { code, phase: code === 'ECONNRESET' ? 'negotiate' : 'connect' },
    { cause: failure },
  );
}

function socketWire(socket: Socket): Wire {
  let failure: Error | undefined;
  let paused = false;
  // Where a server sends faster than its messages are opened, libuv would read for many milliseconds on end.
  let resting = false;
  let taken = 0;
  const rest = () => {
    taken = 0;
    resting = true;
    socket.pause();
    setImmediate(() => {
      resting = false;
      if (!paused) socket.resume();
    });
  };
  socket.on('error', (error) => {
    failure = error;
  });
  return {
    attach({ onData, onEnd, onDrain }) {
      let ended = false;
      const end = () => {
        if (ended) return;
        ended = true;
        onEnd(failure);
      };
      socket.on('data', (chunk) => {
        onData(chunk);
        taken += chunk.length;
        if (taken >= TURN_LENGTH && !resting) rest();
      });
      socket.on('drain', onDrain);
      socket.once('end', end);
      socket.once('close', end);
      if (socket.destroyed) queueMicrotask(end);
    },
    write: (bytes) => socket.write(bytes),
    pause: () => {
      paused = true;
      socket.pause();
    },
    resume: () => {
      paused = false;
      if (!resting) socket.resume();
    },
    hold: (alive) => (alive ? socket.ref() : socket.unref()),
    end: () =>
      new Promise((resolve) => {
        if (socket.destroyed) {
          resolve();
          return;
        }
        const timer = setTimeout(() => socket.destroy(), END_TIMEOUT_MS);
        socket.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
        socket.ref();
        paused = false;
        socket.resume();
        socket.end();
      }),
    destroy: () => socket.destroy(),
  };
}
