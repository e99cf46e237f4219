/** Reads the command line, with the C client's options: remctl(1). */
import { exactArguments } from '../arguments/exact-arguments.js';
import { usage } from '../help/usage.js';
import { jsonError, jsonLine } from '../terminal/json-lines.js';
import { WRONG_USE } from './c-usage.js';
import { kindOf } from './conflicts.js';
import { COMPLETION_SHELLS, type ElsewhereOptions, type Mode, type PrintMode } from './options.js';
import { commandLine, type GivenOption } from './tokens.js';
import { UsageError } from './usage-error.js';
import { argFile, duration, port, seconds, wholeNumber } from './values.js';

const MAX_PARALLEL = 10_000;
const MAX_RETRIES = 1_000;
const STANDARD_INPUT = '-';

/** How the values of options are read; the others stay text. */
const PARSERS: Readonly<Record<string, (text: string, exact: string | Uint8Array) => unknown>> = {
  port,
  t: seconds,
  timeout: duration,
  'arg-file': argFile,
  parallel: wholeNumber('number of hosts at the same time', 1, MAX_PARALLEL),
  'retry-unsent': wholeNumber('number of further tries', 0, MAX_RETRIES),
};

/** The values of the options that were given: a list for each, in their order. */
type Values = Map<string, unknown[]>;

const print = (text: string): PrintMode => ({
  type: 'print',
  stdout: text,
  stderr: '',
  status: 0,
});

/** A wrong use of the command line: without a message the usage says it. */
const wrongUse = () => new UsageError('', { showsUsage: true });

/**
 * Reads the arguments after the program's name. Options end at the first argument that is no
 * option, and act in their order: -h and -v before a fault end the reading. `version` is for -v. A
 * wrong use gives status 1 and a text for standard error, or with --json an object.
 */
export function parse(args: readonly string[], version: string): Mode {
  const { steps, end } = commandLine(args);
  const values: Values = new Map();
  try {
    for (const step of steps) {
      if (step instanceof UsageError) {
        throw step;
      }
      if (step.name === 'help') {
        return print(usage());
      }
      if (step.name === 'version') {
        return print(`remctl ${version}\n`);
      }
      values.set(step.name, [...(values.get(step.name) ?? []), readValue(step, args)]);
    }
    return modeOf(values, args.slice(end));
  } catch (error) {
    if (!(error instanceof UsageError)) {
      throw error;
    }
    const wantsJson = steps.some((step) => !(step instanceof UsageError) && step.name === 'json');
    return faultOf(error, wantsJson);
  }
}

function faultOf(error: UsageError, json: boolean): PrintMode {
  if (json) {
    const said =
      error.message === '' ? new UsageError('the host or the command is missing') : error;
    return { type: 'print', stdout: jsonLine(jsonError(said)), stderr: '', status: 1 };
  }
  const message = error.message === '' ? '' : `remctl: ${error.message}\n`;
  const stderr = `${message}${error.showsUsage ? WRONG_USE : ''}`;
  return { type: 'print', stdout: '', stderr, status: 1 };
}

function readValue({ name, value, at }: GivenOption, args: readonly string[]): unknown {
  if (value === undefined) {
    return true;
  }
  // Only a file's name keeps bytes that are not UTF-8; a name of Kerberos or DNS has none.
  const exact = name === 'arg-file' ? exactArguments(args)[at.index] : undefined;
  const tail = exact === undefined || typeof exact === 'string' ? value : exact.subarray(at.offset);
  return PARSERS[name]?.(value, tail) ?? value;
}

function modeOf(values: Values, words: readonly string[]): Mode {
  const has = (name: string) => values.has(name);
  const list = <T>(name: string) => (values.get(name) ?? []) as readonly T[];
  const last = <T>(name: string) => list<T>(name).at(-1);
  const text = (name: string) => last<string>(name);
  const kind = kindOf(new Set(values.keys()));
  if (kind === 'completion') {
    return completionOf(text('completion'), words);
  }
  const common = {
    connection: {
      source: text('source'),
      debug: has('debug'),
      port: last<number>('port'),
      service: text('service'),
      timeout: last<number>('timeout') ?? last<number>('t') ?? 0,
      backend: text('backend'),
      ccache: text('ccache'),
      keytab: text('keytab'),
      client: text('client'),
    },
    json: has('json'),
  };
  const [host, ...rest] = words;
  if (kind === 'shell' || kind === 'doctor') {
    if (host === undefined) {
      throw wrongUse();
    }
    if (rest.length > 0) {
      throw new UsageError(`--${kind} takes a host and no command`);
    }
    return { ...common, type: kind, host };
  }
  const elsewhere: ElsewhereOptions = {
    stdin: has('stdin'),
    argFiles: list('arg-file'),
    prompts: list('prompt'),
  };
  if (kind === 'hosts') {
    const hostsFiles = list<string>('hosts-file');
    checkStandardInput(hostsFiles, elsewhere.stdin);
    checkCommand(words);
    return {
      ...common,
      ...elsewhere,
      type: 'hosts',
      hosts: list('hosts'),
      hostsFiles,
      command: words,
      parallel: last<number>('parallel'),
      failFast: has('fail-fast'),
      retryUnsent: last<number>('retry-unsent') ?? 0,
      group: has('group'),
    };
  }
  const domain = text('discover');
  if (domain !== undefined) {
    checkCommand(words);
    return {
      ...common,
      ...elsewhere,
      type: 'run',
      server: { type: 'domain', domain },
      command: words,
    };
  }
  checkCommand(rest);
  return {
    ...common,
    ...elsewhere,
    type: 'run',
    server: { type: 'host', host: host ?? '' },
    command: rest,
  };
}

/** A command has a word on the command line: what is secret cannot become the command's name, which is logged. */
function checkCommand(words: readonly string[]): void {
  if (words.length === 0) {
    throw wrongUse();
  }
}

function checkStandardInput(hostsFiles: readonly string[], isArgument: boolean): void {
  const readers = hostsFiles.filter((file) => file === STANDARD_INPUT).length;
  if (isArgument && readers > 0) {
    throw new UsageError('--stdin and --hosts-file - both read standard input: give one of them');
  }
  if (readers > 1) {
    throw new UsageError('--hosts-file - is given twice: standard input can be read once');
  }
}

function completionOf(name: string | undefined, words: readonly string[]): Mode {
  const shell = COMPLETION_SHELLS.find((each) => each === name);
  if (shell === undefined) {
    const known = COMPLETION_SHELLS.join(', ');
    throw new UsageError(`there is no completion for ${name}: there is one for ${known}`);
  }
  if (words.length > 0) {
    throw new UsageError('--completion takes no host and no command');
  }
  return { type: 'completion', shell };
}
