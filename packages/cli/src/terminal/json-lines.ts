/** The objects that --json prints, one a line. */
import { isUtf8 } from 'node:buffer';
import {
  type CommandState,
  errorCodeName,
  RemctlAuthenticationError,
  RemctlError,
  RemctlNetworkError,
  RemctlProtocolError,
  RemctlTimeoutError,
  type ServerToken,
  STDERR,
} from '@remctl/core';

/** What every object has. */
interface JsonBase {
  /** The moment at which the thing was known here: ISO 8601, UTC, with milliseconds. */
  readonly time: string;
  /** The host, if the command line names several. */
  readonly host?: string;
}

/** Bytes in an object: as text if they are UTF-8, else in base64. */
export interface JsonBytes {
  readonly data: string;
  /** Present if `data` is not the text itself. */
  readonly encoding?: 'base64';
}

/** A piece of the command's output, as it came. A character may be cut by the end of a piece. */
export interface JsonOutput extends JsonBase, JsonBytes {
  readonly type: 'output';
  readonly stream: 'stdout' | 'stderr';
}

/** The end of a command that ran: 0 to 255. */
export interface JsonStatus extends JsonBase {
  readonly type: 'status';
  readonly status: number;
}

/** A failure of any kind: of the command line, of this machine, of the network, of the server. */
export interface JsonError extends JsonBase {
  readonly type: 'error';
  /** The error's class, such as `RemctlNetworkError`; `UsageError` for a wrong command line. */
  readonly class: string;
  /** The code that a server's error has in the protocol, such as 6. */
  readonly code?: number;
  /** The code's name: `ERROR_ACCESS` of the protocol, `ECONNREFUSED` of the system. */
  readonly codeName?: string;
  /** The signal that ended this program, such as `SIGINT`. */
  readonly signal?: string;
  /** What the network did when it failed: `resolve`, `connect`, `negotiate` or `command`. */
  readonly phase?: string;
  readonly message: string;
  readonly commandState: CommandState;
}

export type JsonLine = JsonOutput | JsonStatus | JsonError;

/** Returns the current time for an object. */
export function jsonTime(): string {
  return new Date().toISOString();
}

/** Returns bytes as text if they are UTF-8, else in base64. */
export function jsonBytes(bytes: Uint8Array): JsonBytes {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer)
    ? { data: buffer.toString('utf8') }
    : { data: buffer.toString('base64'), encoding: 'base64' };
}

/** Returns the object of a token. An error token becomes the object of RemctlProtocolError. */
export function jsonToken(token: ServerToken, more: { readonly host?: string } = {}): JsonLine {
  const base = { time: jsonTime(), ...more };
  switch (token.type) {
    case 'output':
      return {
        type: 'output',
        ...base,
        stream: token.stream === STDERR ? 'stderr' : 'stdout',
        ...jsonBytes(token.output),
      };
    case 'status':
      return { type: 'status', ...base, status: token.status };
    case 'error':
      return {
        type: 'error',
        ...base,
        class: 'RemctlProtocolError',
        ...protocolCode(token.error),
        message: Buffer.from(token.output).toString('utf8'),
        commandState: 'finished',
      };
  }
}

function protocolCode(code: number): { readonly code: number; readonly codeName?: string } {
  const codeName = errorCodeName(code);
  return codeName === undefined ? { code } : { code, codeName };
}

/** The system's name of a failure, such as `ENOENT`, if the error has one. */
function systemName(error: unknown): { readonly codeName?: string } {
  const isNamed = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return isNamed && !(error instanceof RemctlAuthenticationError)
    ? { codeName: String(error.code) }
    : {};
}

/**
 * Returns the object of a failure. Without `commandState` the error's own says what is known of the
 * command; an error that has none came before anything was sent.
 */
export function jsonError(
  error: unknown,
  more: { readonly host?: string; readonly commandState?: CommandState } = {},
): JsonError {
  const { host, commandState } = more;
  const state = commandState ?? (error instanceof RemctlError ? error.commandState : 'not-sent');
  const hasPhase = error instanceof RemctlNetworkError || error instanceof RemctlTimeoutError;
  return {
    type: 'error',
    time: jsonTime(),
    ...(host === undefined ? {} : { host }),
    class: error instanceof Error ? error.name : 'Error',
    ...(error instanceof RemctlProtocolError ? protocolCode(error.code) : systemName(error)),
    ...(hasPhase ? { phase: error.phase } : {}),
    message: error instanceof Error ? error.message : String(error),
    commandState: state,
  };
}

/** Control characters that JSON leaves as they are, and that a terminal obeys. */
const UNESCAPED = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const HEX = 16;
const DIGITS = 4;

/**
 * Returns an object as one line, with its line feed. Every control character is escaped as JSON's
 * `\u…`, so that a terminal shows it, and a parser gives it back.
 */
export function jsonLine(object: object): string {
  const escaped = (character: string) =>
    `\\u${character.charCodeAt(0).toString(HEX).padStart(DIGITS, '0')}`;
  return `${JSON.stringify(object).replace(UNESCAPED, escaped)}\n`;
}
