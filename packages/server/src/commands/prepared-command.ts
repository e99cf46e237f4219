/** A command whose options were checked: what matching and running need. */
import type { Client } from '../client.js';
import type { CommandOutput } from './command-output.js';

/** One run of a command, its help or its summary. */
export interface Call {
  readonly client: Client;
  /** The arguments as the client sent them. */
  readonly command: readonly Buffer[];
  readonly output: CommandOutput;
  /** Aborts when the client has gone or the server closes. */
  readonly signal: AbortSignal;
  readonly fail: Fail;
  /** Lets the command last until `ending` has settled, although its answer is sent before. */
  until(ending: Promise<void>): void;
}

/**
 * How a run ended: with an exit status, by a signal, by a refusal with one of `ErrorCode` and a text for the
 * client, or because `signal` of the call aborted.
 */
export type Outcome =
  | { readonly type: 'status'; readonly status: number }
  | { readonly type: 'killed' }
  | { readonly type: 'error'; readonly code: number; readonly message: string }
  | { readonly type: 'aborted' };

/** Runs something for a client. Never rejects. Settles when the output has been sent. */
export type Run = (call: Call) => Promise<Outcome>;

/** Logs that a command failed in the server. */
export type Fail = (reason: string, error: unknown) => void;

/** Tells whether a principal may run a command. Neither throws nor rejects: a fault is logged, and denies. */
export type Permit = (principal: string, fail: Fail) => boolean | Promise<boolean>;

export interface PreparedCommand {
  /** The names, each as a text of one character for each byte of its UTF-8. */
  readonly command: string;
  readonly subcommand: string;
  readonly permit: Permit;
  /** The numbers of arguments that the log masks. */
  readonly logmask: ReadonlySet<number>;
  /** The number of the argument that goes to standard input. */
  readonly stdin: number | 'last' | undefined;
  /** Whether every argument but the command and the subcommand may hold NUL bytes. */
  readonly takesNul: boolean;
  readonly run: Run;
  readonly help: Run | undefined;
  readonly summary: Run | undefined;
}
