/** How a call ends: the types, and their descriptions in one line. */
import type { CommandState, RemctlError, ServerToken } from '@remctl/core';

/**
 * The call fails: with RemctlTimeoutError after the client's time-out of silence, with other errors
 * at once.
 */
export interface Refused {
  readonly type: 'refused';
  readonly error: abstract new (...args: never) => RemctlError;
  /** The error's text, if it is the same for every backend. Without it each backend declares its own. */
  readonly says?: RegExp;
  readonly commandState: CommandState;
  /** Further members of the error. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The connection stays open. Without it the connection must be closed. */
  readonly staysOpen?: true;
}

/** The protocol allows what the server does: the client takes the answer, and stays open. */
export interface Answered {
  readonly type: 'answered';
  /** The answer's tokens, each in the form of `describeToken`. */
  readonly tokens: readonly string[];
}

/** Only an abort ends the call; the client's act checks that the abort does. */
export interface Aborted {
  readonly type: 'aborted';
  readonly commandState: CommandState;
}

export type Ending = Refused | Answered | Aborted;

/** Describes a token of an answer in one line, such as `status 0`. */
export function describeToken(token: ServerToken): string {
  switch (token.type) {
    case 'output':
      return `output ${token.stream}: ${Buffer.from(token.output)}`;
    case 'status':
      return `status ${token.status}`;
    case 'error':
      return `error ${token.error}: ${Buffer.from(token.output)}`;
  }
}

/** Describes an ending for the matrix. */
export function describeEnding(ending: Ending): string {
  switch (ending.type) {
    case 'refused':
      return `${ending.error.name}, ${ending.commandState}`;
    case 'answered':
      return `takes it: ${ending.tokens.map((token) => token.trim()).join(', ')}`;
    case 'aborted':
      return 'waits until it is aborted';
  }
}
