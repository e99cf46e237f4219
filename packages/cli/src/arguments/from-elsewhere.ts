/** The whole command: words of the command line, files, prompts, standard input. */
import { createReadStream } from 'node:fs';
import { COMMAND_MAX_ARGUMENTS, COMMAND_MAX_DATA, NUMBER_LENGTH } from '@remctl/core/wire';
import type { ElsewhereOptions } from '../options/options.js';
import { beforeDeath, onDeadlySignal, unlessDying } from '../run/deadly-signals.js';
import { jsonReport, textReport } from '../run/report.js';
import { exactArguments } from './exact-arguments.js';

/** One argument of a command. */
export type Argument = string | Uint8Array;

/**
 * Returns the command of a command line: its words, then the answers to prompts; each file then
 * takes its position, from the lowest on; standard input is the last argument. Bytes stay as they
 * are, a line feed at the end included.
 *
 * A signal meanwhile ends this process, and says that nothing was sent.
 *
 * Throws an Error if two files have one position, a position is beyond the end, a file cannot be
 * read, there is no terminal for a prompt, or the command has more than remctld takes: 4,096
 * arguments, or 100 MiB with a length before each argument.
 */
export async function commandOf(
  mode: ElsewhereOptions & { readonly command: readonly string[]; readonly json: boolean },
): Promise<Argument[]> {
  const words: Argument[] = [...exactArguments(mode.command)];
  const { stdin, argFiles, prompts } = mode;
  if (!stdin && argFiles.length === 0 && prompts.length === 0) {
    return words;
  }
  const report = mode.json ? jsonReport() : textReport({ hasService: false });
  const stopWatch = onDeadlySignal((signal) =>
    report.interrupted(signal, { commandState: 'not-sent' }),
  );
  try {
    return await gather(words, mode);
  } finally {
    await unlessDying();
    stopWatch();
  }
}

async function gather(
  words: readonly Argument[],
  { stdin, argFiles, prompts }: ElsewhereOptions,
): Promise<Argument[]> {
  const command = [...words];
  const files = [...argFiles].sort((one, other) => one.position - other.position);
  checkPositions(
    files.map(({ position }) => position),
    command.length + prompts.length,
  );
  const count = command.length + prompts.length + files.length + (stdin ? 1 : 0);
  if (count > COMMAND_MAX_ARGUMENTS) {
    throw new Error(
      `the command has ${count} arguments: a server takes at most ${COMMAND_MAX_ARGUMENTS}`,
    );
  }
  if (prompts.length > 0) {
    const { askTwice } = await import('./prompt-entry.js');
    for (const prompt of prompts) {
      command.push(await askTwice(prompt, { beforeDeath, unlessDying }));
    }
  }
  for (const { position, path } of files) {
    command.splice(
      position,
      0,
      await readWhole(createReadStream(path), `the file ${nameOf(path)}`),
    );
  }
  if (stdin) {
    command.push(await readWhole(process.stdin, 'standard input'));
  }
  checkSize(command);
  return command;
}

function nameOf(path: string | Buffer): string {
  return typeof path === 'string' ? path : path.toString('latin1');
}

/** Checks positions, which ascend, against the command of `length` arguments that they go into. */
function checkPositions(positions: readonly number[], length: number): void {
  for (const [before, position] of positions.entries()) {
    if (position === positions[before - 1]) {
      throw new Error(`two files are argument ${position}: give each its own number`);
    }
    const end = length + before;
    if (position > end) {
      throw new Error(
        `a file is to be argument ${position}, but the command has only ${end} before it ` +
          '(the command itself is argument 0)',
      );
    }
  }
}

function tooLarge(what: string): Error {
  return new Error(`${what} is too large: a command takes at most ${COMMAND_MAX_DATA} bytes`);
}

/** Reads a stream to its end, and no more than a command takes. Throws an Error that names it. */
async function readWhole(stream: AsyncIterable<Buffer>, what: string): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of stream) {
      length += piece.length;
      if (length > COMMAND_MAX_DATA) {
        break;
      }
      pieces.push(piece);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot read ${what}: ${reason}`, { cause });
  }
  if (length > COMMAND_MAX_DATA) {
    throw tooLarge(what);
  }
  return Buffer.concat(pieces);
}

function checkSize(command: readonly Argument[]): void {
  const size = command.reduce(
    (sum, argument) => sum + NUMBER_LENGTH + Buffer.byteLength(argument),
    NUMBER_LENGTH,
  );
  if (size > COMMAND_MAX_DATA) {
    throw tooLarge('the command');
  }
}
