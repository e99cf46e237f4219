/** Makes a server's commands ready to run. */
import { prepareAccess } from '../access/prepare-access.js';
import type { Execute } from '../execute.js';
import type { Log } from '../log/record.js';
import { byteName } from './byte-name.js';
import { checkCommands, labelOf } from './check-command.js';
import type { CommandFunction, FunctionCommand, ServerCommand } from './command.js';
import { createExecute } from './execute-command.js';
import type { PreparedCommand, Run } from './prepared-command.js';
import { prepareProgram } from './program/prepare-program.js';
import { createHostFinder } from './program/remote-host.js';
import { functionRun, textRun } from './run-function.js';

export interface PrepareOptions {
  readonly commands: readonly ServerCommand[];
  /** It must not throw: see `guardedLog`. */
  readonly log: Log;
  /** The path of the keytab, which programs get as KRB5_KTNAME. */
  readonly keytab: string;
}

function textOrFunction(
  value: string | CommandFunction | undefined,
  timeout: number | undefined,
): Run | undefined {
  if (value === undefined) {
    return undefined;
  }
  return typeof value === 'string' ? textRun(value) : functionRun(value, timeout);
}

async function prepareFunction(
  options: FunctionCommand,
  label: string,
  log: Log,
): Promise<PreparedCommand> {
  const { command, subcommand = 'ALL', access, timeout } = options;
  return {
    command: byteName(command),
    subcommand: byteName(subcommand),
    permit: await prepareAccess(access, label, log),
    logmask: new Set(options.logmask),
    stdin: undefined,
    takesNul: true,
    run: functionRun(options.run, timeout),
    help: textOrFunction(options.help, timeout),
    summary: textOrFunction(options.summary, timeout),
  };
}

/**
 * Checks commands, and returns what runs them. Throws TypeError or RangeError if an option is wrong, and an
 * Error if the system lacks what a command needs: a program, a user, an ACL file. Each names the command and
 * says what to do.
 */
export async function prepareCommands(options: PrepareOptions): Promise<Execute> {
  const { commands, log, keytab } = options;
  checkCommands(commands);
  const context = { log, keytab, findHost: createHostFinder() };
  const prepared: PreparedCommand[] = [];
  for (const [index, command] of commands.entries()) {
    const label = labelOf(command, index);
    prepared.push(
      'program' in command
        ? await prepareProgram(command, label, context)
        : await prepareFunction(command, label, log),
    );
  }
  return createExecute(prepared, log);
}
