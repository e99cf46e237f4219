/** Reads the command line of remctl-test-realm. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { SHELLS, type Shell } from './shell-text.js';

/** Where the commands come from: a folder of programs, or a remctl.conf. */
export type Source =
  | { readonly type: 'scripts'; readonly folder: string }
  | { readonly type: 'config'; readonly file: string };

export interface Options {
  readonly source: Source;
  /** The users' names, unchecked; empty for the default. */
  readonly users: readonly string[];
  /** The password of all users; a random one if it was not given. */
  readonly password: string | undefined;
  readonly realm: string | undefined;
  readonly port: number | undefined;
  readonly shell: Shell;
  /** Whether every record of the server's log goes to standard error. */
  readonly log: boolean;
  /** Whether the realm ends with standard input. */
  readonly untilEof: boolean;
  /** The program to run in the realm, and its arguments; empty to run until a signal. */
  readonly program: readonly string[];
}

/** The result of reading: start a realm, or print texts and end with a status. */
export type Parsed =
  | { readonly type: 'run'; readonly options: Options }
  | {
      readonly type: 'print';
      readonly stdout: string;
      readonly stderr: string;
      readonly status: 0 | 2;
    };

/** The exit status of a wrong use. */
const USAGE_STATUS = 2;
const HIGHEST_PORT = 65_535;

const USAGE = `Usage: remctl-test-realm [options] <folder> [-- <program> [<arguments>...]]
       remctl-test-realm [options] --config <file> [-- <program> [<arguments>...]]

Starts a Kerberos realm for tests: a KDC, a remctl server, users with tickets.
With a program: runs it in the realm, and ends with it and its exit status.
Without: prints the environment to source, and runs until a signal.

An executable file NAME in the folder is the command NAME; an executable file
NAME/SUB is the command NAME with the subcommand SUB.

Options:
    --config <file>        A remctl.conf in place of the folder
    --user <name>          A user; may be repeated (default: alice)
    --password <password>  The password of all users (default: a random one)
    --realm <name>         The realm (default: REMCTL.TEST)
    --port <port>          The server's port (default: a free one)
    --shell <name>         sh, fish, powershell, cmd or json (default: sh)
    --log                  Write the server's log to standard error
    --until-eof            End with standard input, too
    -h, --help             Display this help
    -v, --version          Display the version
`;

function wholeNumber(what: string, lowest: number, highest: number) {
  return (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= lowest && number <= highest) {
      return number;
    }
    throw new InvalidArgumentError(
      `invalid ${what} ${text}: give a number from ${lowest} to ${highest}`,
    );
  };
}

function oneOf<Name extends string>(what: string, names: readonly Name[]) {
  return (text: string): Name => {
    const found = names.find((name) => name === text);
    if (found === undefined) {
      throw new InvalidArgumentError(`invalid ${what} ${text}: give one of ${names.join(', ')}`);
    }
    return found;
  };
}

const print = (status: 0 | 2, stdout: string, stderr: string): Parsed => ({
  type: 'print',
  stdout,
  stderr,
  status,
});

const wrongUse = (message: string): Parsed =>
  print(USAGE_STATUS, '', `remctl-test-realm: ${message}\n\n${USAGE}`);

/**
 * Reads the arguments after the program's name; those after the first `--` are the program to run. `version` is
 * for -v. A wrong use gives status 2 and a text for standard error.
 */
export function parse(args: readonly string[], version: string): Parsed {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  const program = end === -1 ? [] : args.slice(end + 1);
  const reader = new Command('remctl-test-realm')
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption(false)
    .option('--config <file>')
    .option('--user <name>', '', (name: string, before: readonly string[]) => [...before, name], [])
    .option('--password <password>')
    .option('--realm <name>')
    .option('--port <port>', '', wholeNumber('port', 1, HIGHEST_PORT))
    .option('--shell <name>', '', oneOf('shell', SHELLS), 'sh')
    .option('--log')
    .option('--until-eof')
    .option('-h, --help')
    .option('-v, --version')
    .argument('[folder...]');
  try {
    reader.parse(own, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    const invalid = /invalid (?:port|shell) .*$/s.exec(error.message)?.[0];
    return wrongUse(invalid ?? error.message.replace(/^error: /, ''));
  }
  const given = reader.opts();
  if (given.help === true) {
    return print(0, USAGE, '');
  }
  if (given.version === true) {
    return print(0, `remctl-test-realm ${version}\n`, '');
  }
  const source = sourceOf(reader.args, given.config);
  if (typeof source === 'string') {
    return wrongUse(source);
  }
  if (end !== -1 && program.length === 0) {
    return wrongUse('name the program to run after --');
  }
  if (given.untilEof === true && program.length > 0) {
    return wrongUse(
      '--until-eof is for a realm without a program: the program reads standard input',
    );
  }
  const twice = given.user.find((name: string, at: number) => given.user.indexOf(name) !== at);
  if (twice !== undefined) {
    return wrongUse(`--user ${twice} was given twice`);
  }
  return {
    type: 'run',
    options: {
      source,
      users: given.user,
      password: given.password,
      realm: given.realm,
      port: given.port,
      shell: given.shell,
      log: given.log === true,
      untilEof: given.untilEof === true,
      program,
    },
  };
}

/** Returns the commands' source, or what is wrong with the arguments. */
function sourceOf(folders: readonly string[], config: string | undefined): Source | string {
  const [folder, other] = folders;
  if (other !== undefined) {
    return `one folder, not ${folders.join(' and ')}; a program to run comes after --`;
  }
  if (config !== undefined && folder !== undefined) {
    return `a folder or --config, not both (${folder}, ${config})`;
  }
  if (config !== undefined) {
    return { type: 'config', file: config };
  }
  return folder === undefined
    ? 'name a folder of programs, or a remctl.conf with --config'
    : { type: 'scripts', folder };
}
