/**
 * The error classes.
 *
 * All extend `RemctlError`, keep their cause in `cause`, and say in `commandState` what became of the
 * command. `instanceof` knows the errors of every copy of this package.
 */
import type { AuthenticationCode } from './authentication-code.js';
import { brandError } from './brand-error.js';

/**
 * The error codes of MESSAGE_ERROR (protocol, section 2.6). The specification's table lacks ERROR_NO_HELP,
 * which remctld sends. Servers may send others.
 */
export const ErrorCode = {
  ERROR_INTERNAL: 1,
  ERROR_BAD_TOKEN: 2,
  ERROR_UNKNOWN_MESSAGE: 3,
  ERROR_BAD_COMMAND: 4,
  ERROR_UNKNOWN_COMMAND: 5,
  ERROR_ACCESS: 6,
  ERROR_TOOMANY_ARGS: 7,
  ERROR_TOOMUCH_DATA: 8,
  ERROR_UNEXPECTED_MESSAGE: 9,
  ERROR_NO_HELP: 10,
} as const;

const namesByCode: ReadonlyMap<number, string> = new Map(
  Object.entries(ErrorCode).map(([name, code]) => [code, name]),
);

/** The protocol's name of an error code, such as `ERROR_ACCESS`; undefined if it has none. */
export function errorCodeName(code: number): string | undefined {
  return namesByCode.get(code);
}

/**
 * What is known of the command when an error is thrown:
 * - `not-sent`: the backend got no byte of the command. It is safe to try again.
 * - `unknown`: the command was sent, at least in part, and its result was not received. It may have run.
 * - `finished`: the server's answer to the command, a status or an error, has arrived.
 */
export type CommandState = 'not-sent' | 'unknown' | 'finished';

/**
 * The part of a connection's life in which the network failed: `resolve` (the name), `connect` (TCP),
 * `negotiate` (from the first token until the security context is established), `command` (after that).
 */
export type NetworkPhase = 'resolve' | 'connect' | 'negotiate' | 'command';

export interface RemctlErrorOptions {
  readonly cause?: unknown;
}

/** The base of every error that this project throws, except TypeError and RangeError for arguments. */
export class RemctlError extends Error {
  /** What became of the command. Core sets it for every backend; a backend leaves it alone. */
  commandState: CommandState = 'not-sent';

  constructor(message: string, options: RemctlErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
  }
}

/** The server answered the command with MESSAGE_ERROR. The message is the server's text. */
export class RemctlProtocolError extends RemctlError {
  /** The numeric code: one of `ErrorCode`, or a code that only newer servers know. */
  readonly code: number;

  constructor(code: number, message: string, options: RemctlErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}

/** No connection is open: call `open()` first. */
export class RemctlNotOpenedError extends RemctlError {}

/** Another call of the client waits, or the last command's output was not read to its end. */
export class RemctlBusyError extends RemctlError {}

/** A name did not resolve, a connection could not be made, or it broke. */
export class RemctlNetworkError extends RemctlError {
  /** The system's name, such as `ECONNREFUSED` or `ENOTFOUND`. `EOF` if the server ended the connection. */
  readonly code: string;
  readonly phase: NetworkPhase;

  constructor(
    message: string,
    details: { readonly code: string; readonly phase: NetworkPhase },
    options: RemctlErrorOptions = {},
  ) {
    super(message, options);
    this.code = details.code;
    this.phase = details.phase;
  }
}

/** The server was silent for longer than the time-out. */
export class RemctlTimeoutError extends RemctlError {
  readonly phase: NetworkPhase;

  constructor(
    message: string,
    details: { readonly phase: NetworkPhase },
    options: RemctlErrorOptions = {},
  ) {
    super(message, options);
    this.phase = details.phase;
  }
}

/** Kerberos or GSS-API failed: no ticket, an expired ticket, a wrong principal, flags not granted. */
export class RemctlAuthenticationError extends RemctlError {
  /** What failed, such as `KRB_AP_ERR_TKT_EXPIRED`; undefined if the backend does not know. */
  readonly code: AuthenticationCode | undefined;

  constructor(
    message: string,
    options: RemctlErrorOptions & { readonly code?: AuthenticationCode | undefined } = {},
  ) {
    super(message, options);
    this.code = options.code;
  }
}

/** The server sent what the protocol does not allow. The connection is closed. */
export class RemctlInvalidTokenError extends RemctlError {}

/** This backend, mechanism or server cannot do what was asked. */
export class RemctlUnsupportedError extends RemctlError {}

/**
 * A command wrote more than a run may keep (`maxOutput`). The connection is closed. The command may still be
 * running.
 */
export class RemctlOutputLimitError extends RemctlError {
  /** The bytes of output that were allowed. */
  readonly limit: number;

  constructor(message: string, limit: number, options: RemctlErrorOptions = {}) {
    super(message, options);
    this.limit = limit;
  }
}

/** As many commands wait for a connection of the pool as may (`maxWaiting`). Nothing was sent. */
export class RemctlPoolFullError extends RemctlError {}

/** A backend, or a library that it needs, is not installed. The message says what to install. */
export class RemctlBackendError extends RemctlError {}

for (const [name, errorClass] of Object.entries({
  RemctlError,
  RemctlProtocolError,
  RemctlNotOpenedError,
  RemctlBusyError,
  RemctlNetworkError,
  RemctlTimeoutError,
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlUnsupportedError,
  RemctlOutputLimitError,
  RemctlPoolFullError,
  RemctlBackendError,
})) {
  brandError(errorClass, `@remctl/core/${name}`, name);
}
