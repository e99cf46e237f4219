/** What a client asks for, and why that may be refused. */
import { ErrorCode } from '@remctl/core';
import { INVALID_COMMAND, TOO_MANY_HELP_ARGUMENTS } from '../error-texts.js';
import { isStdin } from '../log/logged-command.js';
import type { Refusal } from '../refusal.js';
import { findCommand } from './match.js';
import type { PreparedCommand } from './prepared-command.js';

const HELP = 'help';
/** `help`, a command and a subcommand. */
const MAX_HELP_ARGUMENTS = 3;

/** A command, the help of one, or the summary of all. `rule` is undefined if there is no such command. */
export type Request =
  | { readonly type: 'run' | 'help'; readonly rule: PreparedCommand | undefined }
  | { readonly type: 'summary'; readonly rule?: undefined };

/** Returns an argument as `findCommand` compares it. */
function nameOf(argument: Uint8Array | undefined): string | undefined {
  return argument === undefined
    ? undefined
    : Buffer.from(argument.buffer, argument.byteOffset, argument.length).toString('latin1');
}

/**
 * Finds what the arguments ask for. `help` means the summary, or the help of a command, unless a command matches
 * it (remctld(8), "help" and "summary").
 */
export function findRequest(
  commands: readonly PreparedCommand[],
  argument: readonly Uint8Array[],
): Request {
  const command = nameOf(argument[0]) ?? '';
  const subcommand = nameOf(argument[1]);
  const rule = findCommand(commands, command, subcommand);
  if (rule !== undefined || command !== HELP) {
    return { type: 'run', rule };
  }
  if (subcommand === undefined) {
    return { type: 'summary' };
  }
  return { type: 'help', rule: findCommand(commands, subcommand, nameOf(argument[2])) };
}

function containsNul(subject: string, principal: string): Refusal {
  return {
    code: ErrorCode.ERROR_BAD_COMMAND,
    message: INVALID_COMMAND,
    reason: `${subject} from user ${principal} contains nul octet`,
  };
}

function hasNul(argument: Uint8Array | undefined): boolean {
  return argument?.includes(0) === true;
}

/** Returns the refusal of names with a NUL byte; undefined if they have none. */
export function refuseNames(
  command: readonly Uint8Array[],
  principal: string,
): Refusal | undefined {
  if (hasNul(command[0])) {
    return containsNul('command', principal);
  }
  return hasNul(command[1]) ? containsNul('subcommand', principal) : undefined;
}

/** Returns whether the argument `index` of `count` may have NUL bytes. */
function mayHaveNul({ type, rule }: Request, index: number, count: number): boolean {
  return (
    type === 'run' && rule !== undefined && (rule.takesNul || isStdin(rule.stdin, index, count))
  );
}

/**
 * Returns the refusal of a request's other arguments; undefined if there is none.
 *
 * remctld answers help with too many arguments by this error, and then by the help too, which is one answer more
 * than the client reads. It also cuts the subcommand of `help` at a NUL byte, if the last argument goes to
 * standard input.
 */
export function refuseArguments(
  request: Request,
  command: readonly Uint8Array[],
  principal: string,
): Refusal | undefined {
  if (request.type !== 'run' && command.length > MAX_HELP_ARGUMENTS) {
    return {
      code: ErrorCode.ERROR_TOOMANY_ARGS,
      message: TOO_MANY_HELP_ARGUMENTS,
      reason: `help command from user ${principal} has more than three arguments`,
    };
  }
  const wrong = command.findIndex(
    (argument, index) => hasNul(argument) && !mayHaveNul(request, index, command.length),
  );
  return wrong < 0 ? undefined : containsNul(`argument ${wrong}`, principal);
}
