/** A raw case: the tokens that a client sends, and what the servers answer. */
import type { RawClient } from './client.js';
import type { ForgedRequest, RequestChanges } from './request.js';

/** What the steps of a case work with. */
export interface StepContext {
  readonly client: RawClient;
  /** Makes a request of the realm's client to the realm's server. */
  forge(changes?: RequestChanges): ForgedRequest;
  /** Connects once more. The connection is destroyed after the case. */
  connect(): Promise<RawClient>;
}

/** One thing that the client does. */
export type Step = (context: StepContext) => Promise<void> | void;

/**
 * How a case ends, after all answers:
 * - `open`: the server answers a NOOP
 * - `closed`: the server closes the connection by itself
 * - `waits`: the server waits for more; it closes when the client ends
 */
export type Ending = 'open' | 'closed' | 'waits';

/** The answers in their order, then the ending. */
export type Answers = readonly [...string[], Ending];

/** The answer depends on bytes that nobody sent: the server reads beyond the end of the message. */
export const UNPREDICTABLE = 'unpredictable';

export interface RawCase {
  /** `area/what`: the name of the case in the matrix. */
  readonly id: string;
  /** What the client does. */
  readonly title: string;
  /** What the client sends. `run` is the data of a command that counts how often it runs. */
  readonly steps: (run: Buffer) => readonly Step[];
  /** What remctld answers. The command runs as often as the answers have its output. */
  readonly remctld: Answers | typeof UNPREDICTABLE;
  /** What ours answers instead, and why. */
  readonly difference?: {
    readonly ours: Answers;
    readonly because: string;
  };
}
