/** From addresses and a port to a wire: the only file that knows a socket. */
import { connect, type Socket } from 'node:net';
import { RemctlNetworkError, RemctlTimeoutError } from '@remctl/core';
import type { Bounds } from './bounded.js';
import { type Attempt, connectFirst } from './connect-first.js';
import { shortageError, shortageIn } from './shortage.js';
import { systemFailure } from './system-error.js';
import type { Wire } from './wire.js';

const END_TIMEOUT_MS = 1_000;

/** Octets of a socket that are taken before timers and other sockets have their turn. */
const TURN_LENGTH = 256 * 1024;

/** The bounds hold for each step: the name, and then the connection. */
export interface DialOptions extends Bounds {
  readonly host: string;
  readonly port: number;
  readonly sourceIp: string | undefined;
}

/** Begins to connect to an address. */
function beginConnect(address: string, { port, sourceIp }: DialOptions): Attempt<Socket> {
  const socket = connect({
    host: address,
    port,
    noDelay: true,
    keepAlive: true,
    ...(sourceIp === undefined ? {} : { localAddress: sourceIp }),
  });
  const connected = new Promise<Socket>((resolve, reject) => {
    // It stays: what breaks the connection before the wire listens is in `socket.errored`.
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
  return { connected, cancel: () => socket.destroy() };
}

/**
 * Failures that say more than others of the same name, the most telling first: the server dropped a
 * connection; this process has no descriptor left; the host answered that nobody listens.
 */
const TELLING = ['ECONNRESET', 'EMFILE', 'ENFILE', 'ECONNREFUSED'];

/** The failure to report of those of all addresses: the last one, unless another says more. */
function mostTelling(failures: readonly unknown[]): unknown {
  const telling = TELLING.map((code) => failures.find((each) => systemFailure(each).code === code));
  return telling.find((failure) => failure !== undefined) ?? failures.at(-1);
}

/** What is kept in `cause`: every address's failure. */
function causeOf(failures: readonly unknown[]): { readonly cause?: unknown } {
  if (failures.length === 0) {
    return {};
  }
  if (failures.length === 1) {
    return { cause: failures[0] };
  }
  return { cause: new AggregateError(failures, 'no address could be connected to') };
}

async function connectAny(addresses: readonly string[], options: DialOptions): Promise<Socket> {
  const { host, port, signal } = options;
  const begin = (address: string) => beginConnect(address, options);
  const timedOut = (failures: readonly unknown[]) =>
    new RemctlTimeoutError(
      `cannot connect to ${host} (port ${port}): timed out`,
      { phase: 'connect' },
      causeOf(failures),
    );
  try {
    return await connectFirst(addresses, begin, options, timedOut);
  } catch (error) {
    if (signal.aborted || !(error instanceof AggregateError)) {
      throw error;
    }
    const failure = mostTelling(error.errors);
    const shortage = shortageIn(failure);
    if (shortage !== undefined) {
      throw shortageError(`${host} (port ${port})`, shortage, causeOf(error.errors).cause);
    }
    const { code, text } = systemFailure(failure);
    throw new RemctlNetworkError(
      `cannot connect to ${host} (port ${port}): ${text}`,
      { code, phase: code === 'ECONNRESET' ? 'negotiate' : 'connect' },
      causeOf(error.errors),
    );
  }
}

/**
 * Connects to the first of the host's addresses that takes a connection: see `connectFirst`. There
 * must be one.
 *
 * Rejects with the signal's reason, RemctlNetworkError of phase `connect`, with every address's
 * failure in `cause`, or RemctlTimeoutError. A reset is of phase `negotiate`: the server took the
 * connection, and dropped it before this side had noticed.
 */
export async function dial(options: DialOptions, addresses: readonly string[]): Promise<Wire> {
  options.signal.throwIfAborted();
  return socketWire(await connectAny(addresses, options));
}

function socketWire(socket: Socket): Wire {
  let failure = socket.errored ?? undefined;
  let paused = false;
  // Where a server sends faster than its messages are opened, libuv would read for many
  // milliseconds on end.
  let resting = false;
  let taken = 0;
  const rest = () => {
    taken = 0;
    resting = true;
    socket.pause();
    setImmediate(() => {
      resting = false;
      if (!paused) {
        socket.resume();
      }
    });
  };
  socket.on('error', (error) => {
    failure = error;
  });
  return {
    attach({ onData, onEnd, onDrain }) {
      let ended = false;
      const end = () => {
        if (ended) {
          return;
        }
        ended = true;
        onEnd(failure);
      };
      socket.on('data', (chunk) => {
        onData(chunk);
        taken += chunk.length;
        if (taken >= TURN_LENGTH && !resting) {
          rest();
        }
      });
      socket.on('drain', onDrain);
      socket.once('end', end);
      socket.once('close', end);
      if (socket.destroyed) {
        queueMicrotask(end);
      }
    },
    write: (bytes) => socket.write(bytes),
    pause: () => {
      paused = true;
      socket.pause();
    },
    resume: () => {
      paused = false;
      if (!resting) {
        socket.resume();
      }
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
