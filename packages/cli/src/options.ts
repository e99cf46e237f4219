/** Reads the command line, with the C client's options: remctl(1). */
import { Command, CommanderError, InvalidArgumentError } from 'commander';

/** The options and arguments of a run. An option that was not given is undefined. */
export interface Options {
  /** The source address, of -b. */
  readonly source: string | undefined;
  /** Whether -d was given. */
  readonly debug: boolean;
  readonly port: number | undefined;
  /** The server's principal, of -s. */
  readonly principal: string | undefined;
  /** The time-out in seconds; 0 for none. */
  readonly timeout: number;
  /** The backend's name, unchecked. */
  readonly backend: string | undefined;
  readonly host: string;
  readonly command: readonly string[];
}

/** The result of reading: run a command, or print texts and end with a status. */
export type Parsed =
  | { readonly type: 'run'; readonly options: Options }
  | {
      readonly type: 'print';
      readonly stdout: string;
      readonly stderr: string;
      readonly status: 0 | 1;
    };

const USAGE = `Usage: remctl <options> <host> <command> [<subcommand> [<parameters>]]

Options:
    -b <source>       Source IP used for outgoing connections
    -d                Say on standard error what is done
    -h                Display this help
    -p <port>         remctld port (default: 4373 falling back to 4444)
    -s <service>      remctld service principal (default: host/<host>)
    -t <timeout>      Timeout in seconds (default: 0, disable timeout)
    -v                Display the version of remctl
    --backend <name>  pure or native (default: $REMCTL_BACKEND, else pure)
`;

const HIGHEST_PORT = 65535;

/**
 * Returns a parser of whole numbers in a range. The parser throws InvalidArgumentError, naming
 * `what`.
 */
function wholeNumber(what: string, lowest: number, highest: number) {
  return (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= lowest && number <= highest) {
      return number;
    }
    throw new InvalidArgumentError(`invalid ${what} ${text}`);
  };
}

const print = (status: 0 | 1, stdout: string, stderr: string): Parsed => ({
  type: 'print',
  stdout,
  stderr,
  status,
});

/**
 * Reads the arguments after the program's name. Options end at the first argument that is no
 * option. `version` is for -v. A wrong use gives status 1 and a text for standard error.
 */
export function parse(args: readonly string[], version: string): Parsed {
  const program = new Command('remctl')
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .enablePositionalOptions()
    .passThroughOptions()
    .helpOption(false)
    .option('-b <source>')
    .option('-d')
    .option('-h')
    .option('-p <port>', '', wholeNumber('port number', 1, HIGHEST_PORT))
    .option('-s <service>')
    .option('-t <timeout>', '', wholeNumber('timeout value', 0, Number.MAX_SAFE_INTEGER))
    .option('-v')
    .option('--backend <name>')
    .argument('[arguments...]');
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    if (error.code === 'commander.invalidArgument') {
      const reason = /invalid (port number|timeout value) .*$/s.exec(error.message)?.[0];
      return print(1, '', `remctl: ${reason ?? error.message}\n`);
    }
    return print(1, '', `${error.message.replace(/^error/, 'remctl')}\n${USAGE}`);
  }
  const given = program.opts();
  if (given.h === true) {
    return print(0, USAGE, '');
  }
  if (given.v === true) {
    return print(0, `remctl ${version}\n`, '');
  }
  const [host, ...command] = program.args;
  if (host === undefined || command.length === 0) {
    return print(1, '', USAGE);
  }
  return {
    type: 'run',
    options: {
      source: given.b,
      debug: given.d === true,
      port: given.p,
      principal: given.s,
      timeout: given.t ?? 0,
      backend: given.backend,
      host,
      command,
    },
  };
}
