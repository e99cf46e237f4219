/**
 * The tokens that `output()` returns.
 *
 * A command's answer is "one error token or zero or more output tokens followed by a status token" (Python
 * README, "Remctl.output()"), then done tokens. The members have the names that they have in Python. A member
 * that is None there is absent here.
 */
import type { STDERR, STDOUT } from './wire/constants.js';

export { STDERR, STDOUT } from './wire/constants.js';

/** A piece of a command's output: MESSAGE_OUTPUT. */
export interface OutputToken {
  readonly type: 'output';
  /** The bytes, as the server sent them; at most 64 KiB. */
  readonly output: Uint8Array;
  /** 1 for standard output, 2 for standard error. */
  readonly stream: typeof STDOUT | typeof STDERR;
}

/** The end of a command: MESSAGE_STATUS. */
export interface StatusToken {
  readonly type: 'status';
  /** The exit status, 0 to 255. */
  readonly status: number;
}

/** The server's refusal or failure, instead of a status: MESSAGE_ERROR. */
export interface ErrorToken {
  readonly type: 'error';
  /** The server's English text, for people. Programs look at `error`. */
  readonly output: Uint8Array;
  /** The numeric error code (protocol, section 2.6): see `ErrorCode`. */
  readonly error: number;
}

/** Nothing more can be read until another command is sent. */
export interface DoneToken {
  readonly type: 'done';
}

/** A token that the server sends for a command. */
export type ServerToken = OutputToken | StatusToken | ErrorToken;

/** A token that `output()` returns. `type` tells the kinds apart. */
export type Token = ServerToken | DoneToken;
