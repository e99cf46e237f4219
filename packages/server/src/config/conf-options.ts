/** The options of a line of remctl.conf. */
import type { ProgramCommand } from '../commands/command.js';
import { type ConfPlace, RemctlConfError } from './conf-error.js';

/** The options of a command that remctl.conf can give. */
export type ConfOptions = Partial<
  Pick<ProgramCommand, 'help' | 'logmask' | 'stdin' | 'sudo' | 'summary' | 'user'>
>;

/** What remctld takes for an option; everything else is the first rule of access. */
const OPTION = /^[A-Za-z][A-Za-z0-9-]*=./s;

/** A number as the C library's strtol reads it, whole and above 0. */
const NUMBER = /^\+?0*[1-9]\d*$/;

/** Returns whether a word of a line is an option. */
export function isOption(word: string): boolean {
  return OPTION.test(word);
}

function parseNumber(option: string, text: string, place: ConfPlace): number {
  const number = Number(text);
  if (!NUMBER.test(text) || !Number.isSafeInteger(number)) {
    throw new RemctlConfError(
      `${option} holds ${JSON.stringify(text)}: give numbers of arguments, where the subcommand is 1`,
      place,
    );
  }
  return number;
}

/** Parses `name=value` (remctld(8), "option=value"). Throws RemctlConfError if there is no such option. */
export function parseOption(word: string, place: ConfPlace): ConfOptions {
  const equals = word.indexOf('=');
  const [name, value] = [word.slice(0, equals), word.slice(equals + 1)];
  switch (name) {
    case 'help':
      return { help: value };
    case 'summary':
      return { summary: value };
    case 'sudo':
      return { sudo: value };
    case 'user':
      return { user: value };
    case 'logmask':
      return { logmask: value.split(',').map((each) => parseNumber(word, each, place)) };
    case 'stdin':
      return { stdin: value === 'last' ? value : parseNumber(word, value, place) };
    default:
      throw new RemctlConfError(
        `there is no option ${name}: there are help, logmask, stdin, sudo, summary and user`,
        place,
      );
  }
}
