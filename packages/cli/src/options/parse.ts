/** Reads the command line, with the C client's options: remctl(1). */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { usage } from '../help/usage.js';
import { OPTION_TABLE, type OptionEntry } from './option-table.js';
import { COMPLETION_SHELLS, type CompletionShell, type Mode, type PrintMode } from './options.js';
import { argFile, duration, HIGHEST_PORT, wholeNumber } from './values.js';

const MAX_PARALLEL = 10_000;
const MAX_RETRIES = 1_000;

/** How the values of options are read; the others stay text. */
const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  port: wholeNumber('port number', 1, HIGHEST_PORT),
  t: wholeNumber('timeout value', 0, Number.MAX_SAFE_INTEGER),
  timeout: duration,
  'arg-file': argFile,
  parallel: wholeNumber('number of hosts at the same time', 1, MAX_PARALLEL),
  'retry-unsent': wholeNumber('number of further tries', 0, MAX_RETRIES),
};

const print = (status: 0 | 1, stdout: string, stderr: string): PrintMode => ({
  type: 'print',
  stdout,
  stderr,
  status,
});

function commanderOption({ short, long, value, repeated }: OptionEntry): Option {
  const names = [
    ...(short === undefined ? [] : [`-${short}`]),
    ...(long === undefined ? [] : [`--${long}`]),
  ].join(', ');
  const option = new Option(value === undefined ? names : `${names} <${value.name}>`);
  const parse = PARSERS[long ?? short ?? ''] ?? ((text: string) => text);
  if (value !== undefined) {
    option.argParser((text, before) =>
      repeated === true ? [...((before as unknown[] | undefined) ?? []), parse(text)] : parse(text),
    );
  }
  return option;
}

/** Returns a parser that ends with an exception instead of the process. */
function createParser(): Command {
  const program = new Command('remctl')
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .enablePositionalOptions()
    .passThroughOptions()
    .helpOption(false)
    .argument('[arguments...]');
  for (const { options } of OPTION_TABLE) {
    for (const entry of options) {
      program.addOption(commanderOption(entry));
    }
  }
  return program;
}

/**
 * Reads the arguments after the program's name. Options end at the first argument that is no
 * option. `version` is for -v. A wrong use gives status 1 and a text for standard error.
 */
export function parse(args: readonly string[], version: string): Mode {
  const program = createParser();
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    if (error instanceof InvalidArgumentError || error.code === 'commander.invalidArgument') {
      const reason = /invalid [^']+$/s.exec(error.message)?.[0];
      return print(1, '', `remctl: ${reason ?? error.message}\n`);
    }
    return print(1, '', `${error.message.replace(/^error/, 'remctl')}\n${usage()}`);
  }
  const given = program.opts();
  if (given.help === true) {
    return print(0, usage(), '');
  }
  if (given.version === true) {
    return print(0, `remctl ${version}\n`, '');
  }
  return modeOf(given, program.args);
}

function modeOf(given: Record<string, unknown>, words: readonly string[]): Mode {
  const text = (name: string) => given[name] as string | undefined;
  const list = <T>(name: string) => (given[name] as readonly T[] | undefined) ?? [];
  if (given.completion !== undefined) {
    const shell = COMPLETION_SHELLS.find((each) => each === given.completion);
    return shell === undefined
      ? print(1, '', `remctl: there is no completion for ${text('completion')}\n`)
      : { type: 'completion', shell: shell satisfies CompletionShell };
  }
  const common = {
    connection: {
      source: text('source'),
      debug: given.debug === true,
      port: given.port as number | undefined,
      service: text('service'),
      timeout: (given.timeout ?? given.t ?? 0) as number,
      backend: text('backend'),
      ccache: text('ccache'),
      keytab: text('keytab'),
      client: text('client'),
    },
    json: given.json === true,
  };
  const [host, ...rest] = words;
  if (given.shell === true || given.doctor === true) {
    return host === undefined || rest.length > 0
      ? print(1, '', usage())
      : { ...common, type: given.shell === true ? 'shell' : 'doctor', host };
  }
  const elsewhere = {
    stdin: given.stdin === true,
    argFiles: list<{ position: number; path: string }>('argFile'),
    prompts: list<string>('prompt'),
  };
  const hosts = list<string>('hosts');
  const hostsFiles = list<string>('hostsFile');
  const domain = text('discover');
  if (hosts.length > 0 || hostsFiles.length > 0) {
    return words.length === 0
      ? print(1, '', usage())
      : {
          ...common,
          ...elsewhere,
          type: 'hosts',
          hosts,
          hostsFiles,
          command: words,
          parallel: given.parallel as number | undefined,
          failFast: given.failFast === true,
          retryUnsent: (given.retryUnsent ?? 0) as number,
          group: given.group === true,
        };
  }
  if (domain !== undefined) {
    return words.length === 0
      ? print(1, '', usage())
      : {
          ...common,
          ...elsewhere,
          type: 'run',
          server: { type: 'domain', domain },
          command: words,
        };
  }
  if (host === undefined || rest.length === 0) {
    return print(1, '', usage());
  }
  return { ...common, ...elsewhere, type: 'run', server: { type: 'host', host }, command: rest };
}
