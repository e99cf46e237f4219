/** What a program is started with. */
import { basename } from 'node:path';
import type { Client } from '../../client.js';
import { isStdin } from '../../log/logged-command.js';
import type { ProgramCommand } from '../command.js';

/** The program, its arguments and its environment, as bytes: neither has to be UTF-8. */
export interface Launch {
  /** The absolute path of what is executed: the program, or sudo. */
  readonly file: string;
  /** All arguments, the program's name first. */
  readonly argv: readonly Uint8Array[];
  /** The command's name, for REMCTL_COMMAND. */
  readonly name: Uint8Array;
  /** What the program reads on standard input. Without it, standard input is empty. */
  readonly input: Uint8Array | undefined;
}

/** What the options of a command say of how its program is started. */
export interface ProgramPlan {
  readonly options: ProgramCommand;
  /** The path of sudo, if the command has the option. */
  readonly sudo: string | undefined;
}

/** The subcommands that stand for others. */
const WILDCARDS = ['ALL', 'EMPTY'];

function makeLaunch(
  { options, sudo }: ProgramPlan,
  name: Uint8Array,
  args: readonly Uint8Array[],
  input?: Uint8Array,
): Launch {
  const { program, sudo: user } = options;
  const text = (each: string) => Buffer.from(each);
  if (sudo === undefined || user === undefined) {
    return { file: program, argv: [text(basename(program)), ...args], name, input };
  }
  const before = [sudo, '-u', user, '--', program].map(text);
  return { file: sudo, argv: [...before, ...args], name, input };
}

/** The launch of a command: every argument but the command's name, and but the one for standard input. */
export function commandLaunch(plan: ProgramPlan, command: readonly Uint8Array[]): Launch {
  const { stdin } = plan.options;
  const [name = new Uint8Array(), ...rest] = command;
  const isInput = (index: number) => isStdin(stdin, index + 1, command.length);
  const args = rest.filter((_argument, index) => !isInput(index));
  const input = rest.find((_argument, index) => isInput(index));
  return makeLaunch(plan, name, args, input);
}

/** The launch of a command's help: its help argument, and the subcommand that help is wanted for. */
export function helpLaunch(
  plan: ProgramPlan,
  help: string,
  command: readonly Uint8Array[],
): Launch {
  const [name = new Uint8Array(), , topic] = command;
  const args = [Buffer.from(help), ...(topic === undefined ? [] : [topic])];
  return makeLaunch(plan, name, args);
}

/** The launch of a command's summary: its summary argument, which is REMCTL_COMMAND too, and its subcommand. */
export function summaryLaunch(plan: ProgramPlan, summary: string): Launch {
  const { subcommand = 'ALL' } = plan.options;
  const name = Buffer.from(summary);
  const args = WILDCARDS.includes(subcommand) ? [name] : [name, Buffer.from(subcommand)];
  return makeLaunch(plan, name, args);
}

/** Variables that tell a program which sockets are its own; remctld clears them (remctld(8), ENVIRONMENT). */
const SOCKET_VARIABLES = ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES', 'NOTIFY_SOCKET'];

/** What of the server's own environment no program gets: a REMOTE_HOST there is none of this client's. */
const CLEARED = [...SOCKET_VARIABLES, 'REMOTE_HOST'];

const MS_PER_SECOND = 1_000;

/** The environment of a program without REMCTL_COMMAND (remctld(8), ENVIRONMENT): the server's own and more. */
export function programEnvironment(
  client: Client,
  host: string | undefined,
  keytab: string,
): Readonly<Record<string, string>> {
  const inherited = Object.entries(process.env).filter(([name]) => !CLEARED.includes(name));
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    KRB5_KTNAME: keytab,
    REMUSER: client.principal,
    REMOTE_USER: client.principal,
    REMOTE_ADDR: client.address,
    ...(host === undefined ? {} : { REMOTE_HOST: host }),
    REMOTE_EXPIRES: String(Math.floor(client.expires.getTime() / MS_PER_SECOND)),
  };
}
