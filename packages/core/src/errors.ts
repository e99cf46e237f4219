/**
 * The error classes. All of them extend `RemctlError`, keep what caused them in `cause`, and say in
 * `commandState` what became of the command. `instanceof` knows them from every copy of this package.
 */
import { brandError } from './brand-error.js';

/** The error codes of MESSAGE_ERROR (specification, section 2.6). Servers may send others. */
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
} as const;

const namesByCode: ReadonlyMap<number, string> = new Map(
  Object.entries(ErrorCode).map(([name, code]) => [code, name]),
);

/** The specification's name for an error code, such as `ERROR_ACCESS`, if it has one. */
export function errorCodeName(code: number): string | undefined {
  return namesByCode.get(code);
}

/**
 * What is known of the command when an error is thrown:
 * - `not-sent`: no byte of it was handed to the backend. Safe to try again.
 * - `unknown`: it was sent, at least in part, and its result was not received. It may have run.
 * - `finished`: the server's answer to it (a status or an error) had arrived.
 */
export type CommandState = 'not-sent' | 'unknown' | 'finished';

/**
 * Where in a connection's life the network failed:
 * `resolve` (the name), `connect` (TCP), `negotiate` (from the first token until the security
 * context stands), `command` (after that).
 */
export type NetworkPhase = 'resolve' | 'connect' | 'negotiate' | 'command';

export interface RemctlErrorOptions {
  readonly cause?: unknown;
}

/** The base of every error that this project throws, apart from TypeError and RangeError for arguments. */
export class RemctlError extends Error {
  /** What became of the command. Set by core, for every backend; a backend leaves it alone. */
  commandState: CommandState = 'not-sent';

  constructor(message: string, options: RemctlErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
  }
}

/** The server answered the command with MESSAGE_ERROR. The message is the server's text. */
export class RemctlProtocolError extends RemctlError {
  /** The numeric code, one of `ErrorCode` or one that a newer server knows. */
  readonly code: number;

  constructor(code: number, message: string, options: RemctlErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}

/** No connection is open: call `open()` first. */
export class RemctlNotOpenedError extends RemctlError {}

/** The client is at work on another call, or the last command's output has not all been read. */
export class RemctlBusyError extends RemctlError {}

/** A name did not resolve, a connection could not be made, or it broke. */
export class RemctlNetworkError extends RemctlError {
  /** The system's name for it, such as `ECONNREFUSED` or `ENOTFOUND`; `EOF` where the server hung up. */
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

/** Kerberos or GSS-API failed: no ticket, an expired one, a wrong principal, flags not granted. */
export class RemctlAuthenticationError extends RemctlError {}

/** The server sent what the protocol does not allow. The connection is closed. */
export class RemctlInvalidTokenError extends RemctlError {}

/** This backend, mechanism or server cannot do what was asked. */
export class RemctlUnsupportedError extends RemctlError {}

/**
 * A command wrote more than a run may keep (`maxOutput`). The connection is closed, and the command
 * may still be running.
 */
export class RemctlOutputLimitError extends RemctlError {
  /** The bytes that were allowed. */
  readonly limit: number;

  constructor(message: string, limit: number, options: RemctlErrorOptions = {}) {
    super(message, options);
    this.limit = limit;
  }
}

/** A backend is not installed, or what it stands on is missing. The message says what to install. */
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
  RemctlBackendError,
})) {
  brandError(errorClass, `@remctl/core/${name}`, name);
}
