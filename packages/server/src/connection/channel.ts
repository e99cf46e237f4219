/** What a protocol needs of its connection. */
import type { Client } from '../client.js';
import type { Limits } from '../limits.js';
import type { Refusal } from '../refusal.js';
import type { Reply } from '../reply.js';
import type { Context } from './accept.js';
import type { ByteBudget } from './byte-budget.js';
import type { Sender } from './sender.js';

/** Why no further token can be had of a client that is still there. */
export type TokenFault = 'too large' | 'not readable' | 'timed out';

/** The answer of a command, and what the connection must know of it. */
export interface Answer extends Reply {
  /** Whether the status or the error was given. */
  isGiven(): boolean;
  /** Settles when all of a given answer was handed to the sender. Never rejects. */
  whenSent(): Promise<void>;
}

/** One authenticated connection. */
export interface Channel {
  readonly client: Client;
  readonly context: Context;
  readonly sender: Sender;
  readonly limits: Limits;
  readonly budget: ByteBudget;
  /** Protects a message and queues its token. */
  send(flags: number, message: Uint8Array): void;
  /** Runs a command. No other token is read before it has ended and its answer is sent. */
  run(command: readonly Buffer[], answer: Answer): void;
  /** Logs that a message was refused. */
  logRefusal(refusal: Refusal): void;
  /** Logs a fault of the connection. */
  logFault(reason: string, error?: unknown): void;
  /** Sends what is queued, then ends the connection. No other token is read. */
  end(): void;
}

/** One version of the protocol, on one connection. */
export interface Protocol {
  /** The first bytes of every token that may be sent while a command runs. */
  readonly tokenStart: Uint8Array;
  /** Takes the next token. */
  onToken(flags: number, payload: Uint8Array): void;
  /** Tells the client why no token can be had of it, and ends the connection. `reason` is for the log. */
  onFault(fault: TokenFault, reason: string, error?: unknown): void;
  /** The command has ended, and its answer was sent. */
  onCommandEnd(): void;
  /** The connection is over. */
  release(): void;
}
