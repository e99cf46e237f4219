/** Opens a connection: takes turns, tries two ports, tries dropped opens again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckedTarget } from '../arguments/target.js';
import type { Backend, Connection, ConnectOptions } from '../backend.js';
import { RemctlNetworkError, RemctlTimeoutError, RemctlUnsupportedError } from '../errors.js';
import { isShortageCode } from '../failures.js';
import { DEFAULT_PORT, LEGACY_PORT } from '../wire/constants.js';
import { inTurn } from './open-turns.js';

/** How often an open is tried if the server drops it. */
const OPEN_ATTEMPTS = 8;
/** The longest pause before the second attempt; it doubles with each further one. */
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1000;

/**
 * Milliseconds for the negotiations of all tries together, if there is no time-out. A realm's KDCs are asked
 * for 30 s at most, which is less.
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
 * Opens a connection. If the server drops the open midway, it is tried again: up to 8 times, after pauses with
 * jitter, and not beyond the time-out. That is safe: no command has been sent. A remctld whose backlog of 5
 * is full drops opens. A few opens of one server run at a time (see `inTurn`).
 *
 * Throws the backend's errors (see `Backend.connect`), RemctlUnsupportedError if the protocol agreed on is
 * below `minProtocol`, and the signal's reason.
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
      // On an abort the timer throws an error of its own. The caller gets the signal's reason instead.
      await sleep(pause, undefined, { signal: options.signal }).catch(() => {
        options.signal.throwIfAborted();
      });
    }
  }
}

/** Whether this process or machine has run out of something: no server dropped anything, no port would help. */
function isShortage(error: unknown): boolean {
  return error instanceof RemctlNetworkError && isShortageCode(error.code);
}

function wasDropped(error: unknown): boolean {
  return error instanceof RemctlNetworkError && error.phase === 'negotiate' && !isShortage(error);
}

/**
 * "the library default is used (try 4373 first and fall back to attempting the legacy 4444 port)" (Python
 * README, "remctl.remctl()").
 */
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
      // People mend the registered port, unless something answered on the legacy one.
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
