/**
 * The tokens that `output()` returns, as the API text's section on `Remctl.output()` describes
 * them: "one error token or zero or more output tokens followed by a status token", then done
 * tokens. The member names are the API text's; a member that would be None there is absent here.
 */

import type { STDERR, STDOUT } from './wire.js';

export { STDERR, STDOUT } from './wire.js';

/** A piece of the command's output: MESSAGE_OUTPUT. */
export interface OutputToken {
  readonly type: 'output';
  /** The bytes, as the server sent them; at most 64 KiB. */
  readonly output: Uint8Array;
  /** 1 for standard output, 2 for standard error. */
  readonly stream: typeof STDOUT | typeof STDERR;
}

/** The command's end: MESSAGE_STATUS. */
export interface StatusToken {
  readonly type: 'status';
  /** The exit status, 0 to 255. */
  readonly status: number;
}

/** The server's refusal or failure, in place of a status: MESSAGE_ERROR. */
export interface ErrorToken {
  readonly type: 'error';
  /** The server's English text. For people; programs look at `error`. */
  readonly output: Uint8Array;
  /** The numeric error code (specification, section 2.6); see `ErrorCode`. */
  readonly error: number;
}

/** There is nothing more to read until another command is sent. */
export interface DoneToken {
  readonly type: 'done';
}

/** What the server sends for a command. */
export type ServerToken = OutputToken | StatusToken | ErrorToken;

/** What `output()` returns, told apart by `type`. */
export type Token = ServerToken | DoneToken;
