/** Reads remctld's configuration file. */
import { AclError, parseAclEntry } from '../access/acl-entry.js';
import { checkText } from '../check-arguments.js';
import type { ProgramCommand } from '../commands/command.js';
import { includedFiles, readSmallFile } from '../file/small-file.js';
import { reasonOf } from '../file/system-error.js';
import { type ConfPlace, RemctlConfError, rememberPlace } from './conf-error.js';
import { type ConfLine, confLines } from './conf-lines.js';
import { type ConfOptions, isOption, parseOption } from './conf-options.js';

/** Files that are read at most: the first, and those that are included. */
const MAX_FILES = 1_000;

/** The words of a line at least: command, subcommand, program, and one option or rule. */
const MIN_WORDS = 4;

/**
 * Returns a rule as code may give it: what names no method is the path of an ACL file. Throws RemctlConfError if
 * the rule's method is unknown or not supported.
 */
function parseRule(word: string, place: ConfPlace): string {
  try {
    const { type } = parseAclEntry(word, 'file');
    return type === 'file' && !word.includes(':') ? `file:${word}` : word;
  } catch (error) {
    if (error instanceof AclError) {
      throw new RemctlConfError(`the rule ${word}: ${error.message}`, place, { cause: error });
    }
    throw error;
  }
}

/** Parses a line that is no `include`. Throws RemctlConfError if it is no command. */
export function parseCommand({ words, place }: ConfLine): ProgramCommand {
  const [command, subcommand, program, ...rest] = words;
  if (
    words.length < MIN_WORDS ||
    command === undefined ||
    subcommand === undefined ||
    program === undefined
  ) {
    throw new RemctlConfError(
      `the line has ${words.length} words: a command, a subcommand, a program and who may run it are needed`,
      place,
    );
  }
  let options: ConfOptions = {};
  let count = 0;
  for (const word of rest) {
    if (!isOption(word)) {
      break;
    }
    options = { ...options, ...parseOption(word, place) };
    count += 1;
  }
  const rules = rest.slice(count);
  if (rules.length === 0) {
    throw new RemctlConfError(
      'the line says nobody who may run the command: add ANYUSER, princ: and a principal, or an ACL file',
      place,
    );
  }
  const access = rules.map((word) => parseRule(word, place));
  const parsed: ProgramCommand = { command, subcommand, program, ...options, access };
  rememberPlace(parsed, place);
  return parsed;
}

/**
 * Reads remctld's configuration file, and the files that it includes, into commands (remctld(8),
 * "CONFIGURATION FILE"). Its programs, users and ACL files are looked at when the server starts to listen.
 *
 * Throws TypeError or RangeError if `file` is no path, and RemctlConfError, with file and line, if a file cannot be read, is wrong or asks for what this package
 * does not support, if files include each other in a ring, if there are more than 1,000 of them, or if one has
 * more than 16 MiB.
 */
export async function readRemctlConf(file: string): Promise<ProgramCommand[]> {
  checkText('file', file);
  const commands: ProgramCommand[] = [];
  let files = 0;

  /** Reads a file. `chain` holds the files that include each other down to this one. */
  async function readFile(
    path: string,
    chain: readonly string[],
    place?: ConfPlace,
  ): Promise<void> {
    const at = place ?? { file: path };
    if (chain.includes(path)) {
      throw new RemctlConfError(`${path} includes itself: ${[...chain, path].join(' -> ')}`, at);
    }
    files += 1;
    if (files > MAX_FILES) {
      throw new RemctlConfError(`more than ${MAX_FILES} files are included`, at);
    }
    let bytes: Buffer;
    try {
      bytes = await readSmallFile(path);
    } catch (cause) {
      const subject = place === undefined ? 'the file' : path;
      throw new RemctlConfError(
        `${subject} cannot be read: ${reasonOf(cause)}: check its path and mode`,
        at,
        { cause },
      );
    }
    for (const line of confLines(path, bytes)) {
      const [word, included] = line.words;
      if (word === 'include' && included !== undefined && line.words.length === 2) {
        await include(included, [...chain, path], line.place);
      } else {
        commands.push(parseCommand(line));
      }
    }
  }

  async function include(path: string, chain: readonly string[], place: ConfPlace): Promise<void> {
    let paths: readonly string[];
    try {
      paths = await includedFiles(path);
    } catch (cause) {
      throw new RemctlConfError(
        `${path} cannot be included: ${reasonOf(cause)}: check its path and mode`,
        place,
        { cause },
      );
    }
    for (const each of paths) {
      await readFile(each, chain, place);
    }
  }

  await readFile(file, []);
  return commands;
}
