/** Opens a connection: takes turns, tries two ports, tries dropped opens again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckedTarget } from '../arguments/target.js';
import type { Backend, Connection, ConnectOptions } from '../backend.js';
import { type ConnectionInfo, connectionInfo } from '../connection-info.js';
import { RemctlNetworkError, RemctlTimeoutError, RemctlUnsupportedError } from '../errors.js';
import type { NegotiateMessage, OpenMessage, RetryReason } from '../events/messages.js';
import { tellRetry } from '../events/tell.js';
import { isHeard, negotiations, opens, traced } from '../events/traced.js';
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
  /** The client's number, for events. */
  readonly client: number;
}

/** An open connection, and what is known of it. */
export interface Opened {
  readonly connection: Connection;
  readonly info: ConnectionInfo;
}

/** An open, and the tries that it has had. */
interface Opening {
  readonly backend: Backend;
  readonly options: OpenOptions;
  tries: number;
}

/** What is left of an open's time, in milliseconds. */
interface TimeLeft {
  readonly timeoutMs: number;
  readonly negotiateMs: number;
}

/**
 * Opens a connection. If the server drops the open midway, it is tried again: up to 8 times, after pauses with
 * jitter, and not beyond the time-out. That is safe: no command has been sent. A remctld whose backlog of 5
 * is full drops opens. A few opens of one server run at a time (see `inTurn`).
 *
 * Throws the backend's errors (see `Backend.connect`), RemctlUnsupportedError if the protocol agreed on is
 * below `minProtocol`, and the signal's reason.
 */
export function openConnection(backend: Backend, options: OpenOptions): Promise<Opened> {
  const opening: Opening = { backend, options, tries: 0 };
  const message: OpenMessage | undefined = isHeard(opens)
    ? { ...originOf(opening), port: options.port, principal: options.principal }
    : undefined;
  return traced(opens, message, () => openWithRetries(opening), {
    onEnd: (told) => {
      told.tries = opening.tries;
    },
    onDone: (told, { info }) => {
      told.connection = info;
    },
  });
}

/** Whose events an open's are. */
function originOf({ backend, options }: Opening) {
  return { client: options.client, backend: backend.name, host: options.host };
}

async function openWithRetries(opening: Opening): Promise<Opened> {
  const { options } = opening;
  const started = performance.now();
  let left = options.timeoutMs;
  let negotiateMs = left === 0 ? NEGOTIATE_MS : left;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const server = `${options.host} ${options.port ?? 'default'}`;
      const opened = await inTurn(server, { timeoutMs: left, signal: options.signal }, () =>
        connectToPorts(opening, { timeoutMs: left, negotiateMs }),
      );
      if (opened.connection.protocol >= options.minProtocol) {
        return opened;
      }
      opened.connection.abort();
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
      noteRetry(opening, 'dropped', error, pause);
      // On an abort the timer throws an error of its own. The caller gets the signal's reason instead.
      await sleep(pause, undefined, { signal: options.signal }).catch(() => {
        options.signal.throwIfAborted();
      });
    }
  }
}

function noteRetry(opening: Opening, because: RetryReason, error: unknown, pauseMs = 0): void {
  tellRetry(() => ({ ...originOf(opening), because, error, pauseMs }));
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
async function connectToPorts(opening: Opening, left: TimeLeft): Promise<Opened> {
  const { options } = opening;
  if (options.port !== undefined) {
    return connectTo(opening, options.port, left);
  }
  try {
    return await connectTo(opening, DEFAULT_PORT, left);
  } catch (first) {
    options.signal.throwIfAborted();
    if (!couldNotConnect(first)) {
      throw first;
    }
    noteRetry(opening, 'legacy-port', first);
    try {
      return await connectTo(opening, LEGACY_PORT, left);
    } catch (second) {
      options.signal.throwIfAborted();
      // People mend the registered port, unless something answered on the legacy one.
      throw couldNotConnect(second) ? first : second;
    }
  }
}

/** Tries to connect to one port. */
function connectTo(opening: Opening, port: number, left: TimeLeft): Promise<Opened> {
  const { backend, options } = opening;
  opening.tries += 1;
  const { minProtocol: _, client: __, ...rest } = options;
  const message: NegotiateMessage | undefined = isHeard(negotiations)
    ? { ...originOf(opening), port, principal: options.principal, attempt: opening.tries }
    : undefined;
  const begun = performance.now();
  const observer = {
    onConnected: (address: string) => {
      if (message !== undefined) {
        message.address = address;
        message.connectedMs = performance.now() - begun;
      }
    },
    onNewTicket: (error: unknown) => noteRetry(opening, 'new-ticket', error),
  };
  const connect = async () => {
    const connection = await backend.connect({ ...rest, ...left, port, observer });
    return { connection, info: connectionInfo(connection, port) };
  };
  return traced(negotiations, message, connect, {
    onDone: (told, { info }) => {
      told.connection = info;
    },
  });
}

function couldNotConnect(error: unknown): boolean {
  return (
    (error instanceof RemctlNetworkError || error instanceof RemctlTimeoutError) &&
    error.phase === 'connect' &&
    !isShortage(error)
  );
}
