/** Connects to a host's addresses. No other file knows a socket. */
import { connect, type Socket } from 'node:net';
import { cannotConnect, shortage, timedOut } from '@remctl/core/failures';
import type { Bounds } from './bounded.js';
import type { ByteStream } from './byte-stream.js';
import { type Attempt, connectFirst } from './connect-first.js';
import { shortageIn } from './find-shortage.js';
import { systemFailure } from './system-error.js';

/** Milliseconds that an orderly end may take. */
const END_TIMEOUT_MS = 1_000;

/** Bytes that are taken from a socket before timers and other sockets have their turn. */
const TURN_LENGTH = 256 * 1024;

/** What to connect to. The bounds hold for each step: the name, then the connection. */
export interface DialOptions extends Bounds {
  readonly host: string;
  readonly port: number;
  readonly sourceIp: string | undefined;
}

/** A stream to the server, and where it leads. */
export interface DialedStream extends ByteStream {
  /** The address that the connection went to: one of the host's. */
  readonly address: string;
}

interface Connected {
  readonly socket: Socket;
  readonly address: string;
}

/** Begins to connect to one address. */
function beginConnect(address: string, { port, sourceIp }: DialOptions): Attempt<Connected> {
  const socket = connect({
    host: address,
    port,
    noDelay: true,
    keepAlive: true,
    ...(sourceIp === undefined ? {} : { localAddress: sourceIp }),
  });
  const connected = new Promise<Connected>((resolve, reject) => {
    // This listener stays. `socketStream` finds in `socket.errored` what broke the socket before it listened.
    socket.once('error', reject);
    socket.once('connect', () => resolve({ socket, address }));
  });
  return { connected, cancel: () => socket.destroy() };
}

/**
 * Failures that say more than those of the host's other addresses, the most telling first: the server dropped
 * a connection; this process has no descriptor left; the host answered that nobody listens.
 */
const TELLING = ['ECONNRESET', 'EMFILE', 'ENFILE', 'ECONNREFUSED'];

/** The failure to report, out of those of all addresses: the last one, unless another says more. */
function mostTelling(failures: readonly unknown[]): unknown {
  const telling = TELLING.map((code) => failures.find((each) => systemFailure(each).code === code));
  return telling.find((failure) => failure !== undefined) ?? failures.at(-1);
}

/** Every address's failure in one error, for `cause`; undefined if there is none. */
function causeOf(failures: readonly unknown[]): unknown {
  return failures.length > 1
    ? new AggregateError(failures, 'no address could be connected to')
    : failures[0];
}

async function connectAny(addresses: readonly string[], options: DialOptions): Promise<Connected> {
  const { signal, timeoutMs } = options;
  const begin = (address: string) => beginConnect(address, options);
  const onTimeout = (failures: readonly unknown[]) =>
    timedOut(options, 'connect', timeoutMs, causeOf(failures));
  try {
    return await connectFirst(addresses, begin, options, onTimeout);
  } catch (error) {
    if (signal.aborted || !(error instanceof AggregateError)) {
      throw error;
    }
    const failure = mostTelling(error.errors);
    const lacking = shortageIn(failure);
    const cause = causeOf(error.errors);
    throw lacking === undefined
      ? cannotConnect(options, systemFailure(failure), cause)
      : shortage(options, systemFailure(lacking), cause);
  }
}

/**
 * Connects to the first of the host's addresses that takes a connection: see `connectFirst`. There must be
 * an address.
 *
 * Throws RemctlNetworkError of phase `connect` with every address's failure in `cause`, RemctlTimeoutError,
 * and the signal's reason. A reset is of phase `negotiate`: the server took the connection, and dropped it
 * before the client had noticed.
 */
export async function dial(
  options: DialOptions,
  addresses: readonly string[],
): Promise<DialedStream> {
  options.signal.throwIfAborted();
  const { socket, address } = await connectAny(addresses, options);
  return { ...socketStream(socket), address };
}

function socketStream(socket: Socket): ByteStream {
  let failure = socket.errored ?? undefined;
  let paused = false;
  // libuv reads for many milliseconds on end if a server sends faster than its messages are opened.
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
