/** An `Execute` of tests: its commands wait, print and end as a test wants it. */
import type { Client } from '../../src/client.js';
import type { Execute } from '../../src/execute.js';
import type { Reply } from '../../src/reply.js';

/** One command that has begun. */
export interface Begun {
  readonly client: Client;
  readonly words: readonly string[];
  readonly reply: Reply;
  readonly signal: AbortSignal;
  /** Lets the command end. */
  end(): void;
}

export interface ManualExecute {
  readonly execute: Execute;
  /** The commands in the order of their beginning. */
  readonly begun: Begun[];
  /** The number of commands that have not ended. */
  running(): number;
}

/** Makes commands that end when the test ends them, or when they are aborted. */
export function manualExecute(): ManualExecute {
  const begun: Begun[] = [];
  let running = 0;
  return {
    begun,
    running: () => running,
    execute: async (client, command, reply, signal) => {
      running += 1;
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
        const words = command.map((each) => Buffer.from(each).toString());
        begun.push({ client, words, reply, signal, end: resolve });
      });
      running -= 1;
    },
  };
}

/** Prints a command's words on standard output, joined by spaces. Its status is the number of its words. */
export const echo: Execute = async (_client, command, reply) => {
  await reply.output(1, Buffer.from(command.map((each) => Buffer.from(each)).join(' ')));
  reply.status(command.length);
};
