/**
 * The common endings of calls against hostile servers.
 *
 * A case says what every backend must do. What one backend alone does or says is declared in that
 * backend's own test files (`Declarations`).
 */
import {
  type CommandState,
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlTimeoutError,
} from '@remctl/core';
import { expect } from 'vitest';
import type { Answered, Refused } from '../ending.js';

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
