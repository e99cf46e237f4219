/** Commands from a folder of programs. */
import { access, constants, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ProgramCommand } from '@remctl/server';
import { hasCode } from '../has-code.js';

export interface ScriptFolder {
  readonly commands: readonly ProgramCommand[];
  /** Paths of files that are no commands, because they are not executable. */
  readonly passedOver: readonly string[];
}

type Found =
  | { readonly type: 'command'; readonly command: ProgramCommand }
  | { readonly type: 'passed-over'; readonly path: string };

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch (error) {
    if (hasCode(error, 'EACCES')) {
      return false;
    }
    throw error;
  }
}

/** Returns the names in a folder, in order, without hidden ones. */
async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
}

async function fileAs(
  path: string,
  command: string,
  subcommand: string | undefined,
): Promise<Found> {
  return (await isExecutable(path))
    ? {
        type: 'command',
        command: { command, subcommand, program: path, access: ['ANYUSER'] },
      }
    : { type: 'passed-over', path };
}

async function subcommandsIn(folder: string, command: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if ((await stat(path)).isDirectory()) {
      throw new Error(
        `${path} is a folder below a command's folder: a command has subcommands, and no deeper level`,
      );
    }
    found.push(await fileAs(path, command, name));
  }
  return found;
}

/**
 * Reads a folder of programs. An executable file NAME is the command NAME with every subcommand. An executable
 * file NAME/SUB is the command NAME with the subcommand SUB; SUB may be `ALL` and `EMPTY`, with remctld's
 * meaning. Every user of the realm may run them. Hidden files are passed over.
 *
 * Throws an Error that says what to do if the folder cannot be read, if it holds no executable file, and for a
 * folder below a command's folder.
 */
export async function readScriptFolder(folder: string): Promise<ScriptFolder> {
  const root = resolve(folder);
  const found: Found[] = [];
  for (const name of await topLevel(root, folder)) {
    const path = join(root, name);
    found.push(
      ...((await stat(path)).isDirectory()
        ? await subcommandsIn(path, name)
        : [await fileAs(path, name, undefined)]),
    );
  }
  const commands = found.flatMap((each) => (each.type === 'command' ? each.command : []));
  const passedOver = found.flatMap((each) => (each.type === 'passed-over' ? each.path : []));
  if (commands.length === 0) {
    const files =
      passedOver.length === 0
        ? 'no file: put a program into it'
        : `no executable file: chmod +x ${passedOver[0]}`;
    throw new Error(`the folder ${folder} holds ${files}`);
  }
  return { commands: specialFirst(commands), passedOver };
}

async function topLevel(root: string, folder: string): Promise<string[]> {
  try {
    return await namesIn(root);
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) {
      throw new Error(`there is no folder ${folder}: name a folder of programs`, { cause });
    }
    if (hasCode(cause, 'ENOTDIR')) {
      throw new Error(
        `${folder} is no folder: name a folder of programs, or a remctl.conf with --config ${folder}`,
        { cause },
      );
    }
    throw cause;
  }
}

/** Orders commands from the special to the general: the first that matches is run. */
function specialFirst(commands: readonly ProgramCommand[]): ProgramCommand[] {
  const generality = ({ command, subcommand = 'ALL' }: ProgramCommand) =>
    command === 'ALL' ? 2 : subcommand === 'ALL' ? 1 : 0;
  return commands.toSorted((one, other) => generality(one) - generality(other));
}
