/**
 * What is published on each channel of `node:diagnostics_channel`.
 *
 * No message holds an argument of a command, a secret, or a byte of output. Times are milliseconds by
 * `performance.now()`.
 */
import type { ConnectionInfo } from '../connection-info.js';
import type { CommandState } from '../errors.js';

/** Whose event it is. */
interface OfClient {
  /** The client's number in this process. A client has one connection at a time. */
  readonly client: number;
  /** The backend's name, such as `pure/krb5`. */
  readonly backend: string;
  /** The server's name, as the caller gave it. */
  readonly host: string;
}

/** How an operation went. These members are there from its end on. */
interface Outcome {
  /** Milliseconds from begin to end. */
  durationMs?: number;
  /** What the call throws; absent after success. An abort's reason is the caller's own value. */
  error?: unknown;
}

/** `remctl:open`: one `open()`, with all its tries. */
export interface OpenMessage extends OfClient, Outcome {
  /** The port that the caller gave; undefined for 4373, then 4444. */
  readonly port: number | undefined;
  /** The server's principal that the caller gave; undefined for host/HOST. */
  readonly principal: string | undefined;
  /** How many times a connection was tried. Set at the end. */
  tries?: number;
  /** The connection, after success. */
  connection?: ConnectionInfo;
}

/** `remctl:negotiate`: one try of an open, to one port: name, TCP connection, Kerberos, protocol. */
export interface NegotiateMessage extends OfClient, Outcome {
  readonly port: number;
  readonly principal: string | undefined;
  /** The number of this try in its open, from 1 on. */
  readonly attempt: number;
  /** The address that took the TCP connection. Absent before, and if the backend does not tell. */
  address?: string;
  /** Milliseconds until the TCP connection was open; what follows is the authentication. */
  connectedMs?: number;
  /** The connection, after success. */
  connection?: ConnectionInfo;
}

/** `remctl:command`: one command, from its call to the end of its answer. */
export interface CommandMessage extends OfClient, Outcome {
  readonly port: number;
  readonly protocol: 1 | 2;
  /** The command's first argument, up to its first white space and at most 64 characters of it. */
  readonly name: string;
  /** How many arguments the command has, with the first. */
  readonly arguments: number;
  /** Bytes of all arguments together. */
  readonly bytes: number;
  /**
   * Gives the first `count` arguments to a subscriber that asks: `firstArguments(2)` has the subcommand. An
   * argument may be a secret. This member is not enumerable: a message that is logged or cloned lacks it.
   */
  readonly firstArguments: (count: number) => string[];
  /** Milliseconds until the command was sent. */
  sentMs?: number;
  /** Milliseconds until the first token of the answer. */
  firstTokenMs?: number;
  /** Bytes of output so far. */
  stdoutBytes: number;
  stderrBytes: number;
  /** The exit status, 0 to 255, if the command ended with one. Another status than 0 is no error. */
  status?: number;
  /** The code of the server's MESSAGE_ERROR. `error` is then a RemctlProtocolError without the server's text. */
  errorCode?: number;
  /** What is known of the command. Set at the end. */
  commandState?: CommandState;
}

/** `remctl:token`: a token of a command's answer has arrived. */
export type TokenMessage = {
  readonly client: number;
  /** The command's message on `remctl:command`, the same object. */
  readonly command: CommandMessage;
  /** Milliseconds since the command began. */
  readonly elapsedMs: number;
} & (
  | { readonly type: 'output'; readonly stream: 1 | 2; readonly bytes: number }
  | { readonly type: 'status'; readonly status: number }
  | { readonly type: 'error'; readonly errorCode: number }
);

/**
 * Why something is tried again. Nothing of a command had been sent.
 * - `legacy-port`: nobody listens on 4373, and 4444 comes next.
 * - `dropped`: the server dropped the open.
 * - `new-ticket`: the server refused the ticket, and the backend gets another one.
 * - `idle-lost`: a pool's connection had died while it was idle.
 * - `unsent`: `runOnHosts` tries the host again (`retryUnsent`).
 * - `next-server`: `openFirst` goes on to the domain's next server.
 */
export type RetryReason =
  | 'legacy-port'
  | 'dropped'
  | 'new-ticket'
  | 'idle-lost'
  | 'unsent'
  | 'next-server';

/** `remctl:retry`: something has failed and is tried again. */
export interface RetryMessage extends OfClient {
  readonly because: RetryReason;
  /** What has failed. */
  readonly error: unknown;
  /** Milliseconds until the next try. */
  readonly pauseMs: number;
}

/** `remctl:close`: a connection has ended. */
export interface CloseMessage extends OfClient {
  readonly port: number;
  readonly protocol: 1 | 2;
  /**
   * `close`: `close()` was called. `open`: `open()` was called again. `spent`: protocol 1 carries one command.
   * `failed`: it broke, or a signal ended it; see `error`.
   */
  readonly because: 'close' | 'open' | 'spent' | 'failed';
  readonly error?: unknown;
  /** Commands that were sent on it. */
  readonly commands: number;
  /** Milliseconds that it was open. */
  readonly openMs: number;
}

/** `remctl:warning`: something works, and probably not as it was meant. */
export interface WarningMessage {
  /** Names the kind of the warning for programs: `LONG_TIMEOUT`. */
  readonly code: string;
  /** What was found, and what to do. It holds no argument of a command and no secret. */
  readonly message: string;
}

/**
 * The tracing channels (`diagnostics_channel.tracingChannel(name)`), and the message of each. An operation has
 * one message: the same object on `start`, `end`, `error`, `asyncStart` and `asyncEnd`.
 */
export interface RemctlTracingChannels {
  readonly 'remctl:open': OpenMessage;
  readonly 'remctl:negotiate': NegotiateMessage;
  readonly 'remctl:command': CommandMessage;
}

/** The plain channels, and what a subscriber gets: `diagnostics_channel.subscribe(name, onMessage)`. */
export interface RemctlChannels {
  readonly 'remctl:token': TokenMessage;
  readonly 'remctl:retry': RetryMessage;
  readonly 'remctl:close': CloseMessage;
  readonly 'remctl:warning': WarningMessage;
}
