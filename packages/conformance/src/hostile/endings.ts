/**
 * How a call against a hostile server ends: types, descriptions, and common endings.
 *
 * A case says what every backend must do. What one backend alone does or says is declared in that
 * backend's own test files (`Declarations`).
 */
import {
  type CommandState,
  RemctlAuthenticationError,
  type RemctlError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlTimeoutError,
  type ServerToken,
} from '@remctl/core';
import { expect } from 'vitest';

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

/** The client takes the honest answer of `scripts.ts`. */
export const ANSWERED: Answered = { type: 'answered', tokens: ['output 1: out\n', 'status 0'] };

/** What a text must match if every backend says the same. */
type Text = { readonly says: RegExp } | Record<string, never>;

const text = (says: RegExp | undefined): Text => (says === undefined ? {} : { says });

/** The server sent what the protocol forbids. */
export const invalid = (commandState: CommandState = 'unknown', says?: RegExp): Refused => ({
  type: 'refused',
  error: RemctlInvalidTokenError,
  ...text(says),
  commandState,
});

/** The text of an error about a message that came while no answer was due. */
export const UNASKED = /nothing had asked for/;

/** The server did not prove its identity. */
export const unauthenticated = (): Refused => ({
  type: 'refused',
  error: RemctlAuthenticationError,
  commandState: 'not-sent',
});

type Phase = 'negotiate' | 'command';

/** The state of the command if a connection fails in this phase. */
const stateIn = (phase: Phase | 'between'): CommandState =>
  phase === 'command' ? 'unknown' : 'not-sent';

/** The server was silent for the client's whole time-out. */
export const silent = (phase: Phase, commandState = stateIn(phase)): Refused => ({
  type: 'refused',
  error: RemctlTimeoutError,
  says:
    phase === 'negotiate' ? /did not authenticate itself within .* was silent/ : /was silent for/,
  commandState,
  details: { phase },
});

const ENDED = /token: unexpected end of file: .* closed the connection/;
const ENDED_OR_RESET = /closed the connection|Connection reset by peer/;

/**
 * The server ended or reset the connection in this phase.
 *
 * `between` is between authentication and command: the client may notice before its open() ends, or
 * in its command. A reset may also be reported as an end: libuv reports a reset that comes with data
 * as an end, and libremctl reports every reset as one.
 */
export const broken = (
  phase: Phase | 'between',
  how: 'end' | 'reset',
  commandState = stateIn(phase),
): Refused => ({
  type: 'refused',
  error: RemctlNetworkError,
  says: how === 'end' ? ENDED : ENDED_OR_RESET,
  commandState,
  details: {
    phase: phase === 'between' ? expect.stringMatching(/^(negotiate|command)$/) : phase,
    code: how === 'end' ? 'EOF' : expect.stringMatching(/^(EOF|ECONNRESET)$/),
  },
});
