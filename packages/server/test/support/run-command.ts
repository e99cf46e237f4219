/** Runs a command with a reply in memory. */
import type { Client } from '../../src/client.js';
import type { ServerCommand } from '../../src/commands/command.js';
import { prepareCommands } from '../../src/commands/prepare-commands.js';
import type { Execute } from '../../src/execute.js';
import type { LogRecord } from '../../src/log/record.js';
import type { Reply } from '../../src/reply.js';

export const ALICE: Client = {
  principal: 'alice@REMCTL.TEST',
  address: '127.0.0.1',
  expires: new Date('2030-01-01T00:00:00Z'),
};

/** What a client got. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit status, or undefined. */
  readonly status?: number;
  /** The error's code and text, or undefined. */
  readonly error?: readonly [code: number, message: string];
}

export interface MemoryReply extends Reply {
  readonly answer: () => Answer;
}

/** Makes a reply that keeps what it gets. `taken` may delay each output. */
export function memoryReply(taken: () => Promise<void> = async () => undefined): MemoryReply {
  const output: [number, Uint8Array][] = [];
  const ends: Pick<Answer, 'status' | 'error'>[] = [];
  const text = (wanted: number) =>
    Buffer.concat(
      output.filter(([stream]) => stream === wanted).map(([, bytes]) => bytes),
    ).toString('latin1');
  return {
    async output(stream, bytes) {
      output.push([stream, Buffer.from(bytes)]);
      await taken();
    },
    status(status) {
      ends.push({ status });
    },
    error(...error) {
      ends.push({ error });
    },
    answer() {
      if (ends.length > 1) {
        throw new Error(`more than one answer: ${JSON.stringify(ends)}`);
      }
      return { stdout: text(1), stderr: text(2), ...ends[0] };
    },
  };
}

export interface Commands {
  readonly execute: Execute;
  readonly records: LogRecord[];
  /** Runs a command to its end. Bytes of arguments are texts of one character each. */
  run(...command: readonly (string | Uint8Array)[]): Promise<Answer>;
}

/** Prepares commands, and runs them for `client`. */
export async function prepare(
  commands: readonly ServerCommand[],
  client: Client = ALICE,
): Promise<Commands> {
  const records: LogRecord[] = [];
  const log = (record: LogRecord) => void records.push(record);
  const execute = await prepareCommands({ commands, log, keytab: '/etc/krb5.keytab' });
  return {
    execute,
    records,
    async run(...command) {
      const reply = memoryReply();
      const bytes = command.map((argument) => Buffer.from(argument));
      await execute(client, bytes, reply, new AbortController().signal);
      return reply.answer();
    },
  };
}
