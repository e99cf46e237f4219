/**
 * How a connection is opened, for every backend: in its turn, on the two default ports, again where
 * it was dropped.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckedTarget } from './arguments.js';
import type { Backend, Connection, ConnectOptions } from './backend.js';
import { RemctlNetworkError, RemctlTimeoutError, RemctlUnsupportedError } from './errors.js';
import { inTurn } from './open-turns.js';
import { DEFAULT_PORT, LEGACY_PORT } from './wire.js';

/** How often an open is tried when the server drops it. */
const OPEN_ATTEMPTS = 8;
/** The longest pause before the second attempt; it doubles with each further one. */
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1000;

/**
 * Milliseconds that negotiations may take without a time-out, those of all tries together: more
 * than the 30 s that KDCs are asked for.
 */
const NEGOTIATE_MS = 60_000;

export interface OpenOptions extends CheckedTarget {
  readonly credentials: ConnectOptions['credentials'];
  readonly sourceIp: string | undefined;
  readonly timeoutMs: number;
  readonly minProtocol: 1 | 2;
  readonly signal: AbortSignal;
}

/**
 * Opens a connection. Nothing has been sent of any command while it does, so an open that the
 * server dropped midway (a remctld whose backlog of 5 is full does that) is tried again: up to
 * 8 times, after pauses with jitter, and not beyond the time-out. Of many opens of one server a few are
 * made at a time (see `inTurn`).
 *
 * Errors: the backend's (see `Backend.connect`); RemctlUnsupportedError where the protocol agreed on
 * is below `minProtocol`; the reason of `signal`.
 */
export async function openConnection(backend: Backend, options: OpenOptions): Promise<Connection> {
  const started = performance.now();
  let left = options.timeoutMs;
  let negotiateMs = left === 0 ? NEGOTIATE_MS : left;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const server = `${options.host} ${options.port ?? 'default'}`;
      const connection = await inTurn(server, { timeoutMs: left, signal: options.signal }, () =>
        connectToPorts(backend, { ...options, timeoutMs: left, negotiateMs }),
      );
      if (connection.protocol >= options.minProtocol) {
        return connection;
      }
      connection.abort();
      throw new RemctlUnsupportedError(
        'the server speaks protocol 1 only, or someone on the way took TOKEN_PROTOCOL from its ' +
          'answer; minProtocol is 2, so nothing was sent',
      );
    } catch (error) {
      options.signal.throwIfAborted();
      if (!wasDropped(error) || attempt === OPEN_ATTEMPTS) {
        throw error;
      }
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
      const pause = Math.random() * longest;
      const spent = performance.now() - started + pause;
      negotiateMs = Math.floor((options.timeoutMs || NEGOTIATE_MS) - spent);
      if (negotiateMs <= 0) {
        throw error;
      }
      if (options.timeoutMs > 0) {
        left = negotiateMs;
      }
      // The timer rejects with an error of its own on abort; the signal's reason is what callers gave.
      await sleep(pause, undefined, { signal: options.signal }).catch(() => {
        options.signal.throwIfAborted();
      });
    }
  }
}

/**
 * What this process or machine has run out of: no server dropped anything, and no other port would
 * help.
 */
const SHORTAGES = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

function isShortage(error: unknown): boolean {
  return error instanceof RemctlNetworkError && SHORTAGES.has(error.code);
}

function wasDropped(error: unknown): boolean {
  return error instanceof RemctlNetworkError && error.phase === 'negotiate' && !isShortage(error);
}

/** "the library default is used (try 4373 first and fall back to attempting the legacy 4444 port)". */
async function connectToPorts(
  backend: Backend,
  options: OpenOptions & { readonly negotiateMs: number },
): Promise<Connection> {
  const { port, minProtocol: _, ...rest } = options;
  if (port !== undefined) {
    return backend.connect({ ...rest, port });
  }
  try {
    return await backend.connect({ ...rest, port: DEFAULT_PORT });
  } catch (first) {
    options.signal.throwIfAborted();
    if (!couldNotConnect(first)) {
      throw first;
    }
    try {
      return await backend.connect({ ...rest, port: LEGACY_PORT });
    } catch (second) {
      options.signal.throwIfAborted();
      // The registered port is the one to mend, unless something did answer on the legacy one.
      throw couldNotConnect(second) ? first : second;
    }
  }
}

function couldNotConnect(error: unknown): boolean {
  return (
    (error instanceof RemctlNetworkError || error instanceof RemctlTimeoutError) &&
    error.phase === 'connect' &&
    !isShortage(error)
  );
}
