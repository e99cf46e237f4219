/** Makes a command that is a program ready to run. */
import { prepareAccess } from '../../access/prepare-access.js';
import type { Log } from '../../log/record.js';
import { byteName } from '../byte-name.js';
import type { ProgramCommand } from '../command.js';
import type { Call, PreparedCommand, Run } from '../prepared-command.js';
import { checkProgram, findSudo } from './check-program.js';
import {
  commandLaunch,
  helpLaunch,
  type Launch,
  type ProgramPlan,
  summaryLaunch,
} from './launch.js';
import { findProgramUser } from './program-user.js';
import type { FindHost } from './remote-host.js';
import { programRun } from './run-program.js';

/** What all programs of a server share. */
export interface ProgramContext {
  readonly log: Log;
  readonly keytab: string;
  readonly findHost: FindHost;
}

/**
 * Prepares a program. `label` names the command in messages. Throws an Error that says what to do if the
 * program, its user, sudo or an ACL file is missing.
 */
export async function prepareProgram(
  options: ProgramCommand,
  label: string,
  context: ProgramContext,
): Promise<PreparedCommand> {
  const { command, subcommand = 'ALL', program, stdin, help, summary, timeout } = options;
  await checkProgram(program, label, options.sudo !== undefined);
  const sudo = options.sudo === undefined ? undefined : await findSudo(label);
  const user = options.user === undefined ? undefined : await findProgramUser(options.user, label);
  const plan: ProgramPlan = { options, sudo };
  const runs = (launchOf: (call: Call) => Launch): Run =>
    programRun(launchOf, { ...context, user, timeout });
  return {
    command: byteName(command),
    subcommand: byteName(subcommand),
    permit: await prepareAccess(options.access, label, context.log),
    logmask: new Set(options.logmask),
    stdin,
    takesNul: false,
    run: runs((call) => commandLaunch(plan, call.command)),
    help: help === undefined ? undefined : runs((call) => helpLaunch(plan, help, call.command)),
    summary: summary === undefined ? undefined : runs(() => summaryLaunch(plan, summary)),
  };
}
