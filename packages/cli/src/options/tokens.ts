/** Splits a command line into options and words, as getopt() with "+" does. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { OPTION_TABLE, type OptionEntry } from './option-table.js';
import { UsageError } from './usage-error.js';

/** An option of the table, as the command line has it. */
export interface GivenOption {
  readonly entry: OptionEntry;
  /** Its long name, or its letter if it has none. */
  readonly name: string;
  /** The name as it was given, such as `-p` or `--backend`. */
  readonly given: string;
  /** Undefined if the option takes none. */
  readonly value: string | undefined;
  /** Where the value's argument stands, and how many characters of it come before the value. */
  readonly at: { readonly index: number; readonly offset: number };
}

/** One step of the command line: steps act in their order. */
export type Step = GivenOption | UsageError;

/** The steps until the first word, and the index of that word (the number of arguments if there is none). */
export interface CommandLine {
  readonly steps: readonly Step[];
  readonly end: number;
}

export const OPTIONS: readonly OptionEntry[] = OPTION_TABLE.flatMap(({ options }) => options);

/** Returns the name by which everything here knows an option. */
export function nameOf({ long, short }: OptionEntry): string {
  return long ?? short ?? '';
}

const CONFIG: ParseArgsConfig['options'] = Object.fromEntries(
  OPTIONS.map((entry) => [
    nameOf(entry),
    {
      type: entry.value === undefined ? ('boolean' as const) : ('string' as const),
      ...(entry.short === undefined ? {} : { short: entry.short }),
    },
  ]),
);

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/**
 * Splits the arguments. Node's parser finds groups of letters, joined values and `--`; here options end at the
 * first word. No step is taken, so that an option before a fault can act first.
 */
export function commandLine(args: readonly string[]): CommandLine {
  const { tokens = [] } = parseArgs({
    args: [...args],
    options: CONFIG ?? {},
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const steps: Step[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      return { steps, end: token.index };
    }
    if (token.kind === 'option-terminator') {
      // A group such as -d- has a letter - that the parser takes for the end of options.
      if (args[token.index] !== '--') {
        return { steps: [...steps, invalidLetter('-')], end: args.length };
      }
      return { steps, end: token.index + 1 };
    }
    steps.push(stepOf(token, args));
  }
  return { steps, end: args.length };
}

function invalidLetter(letter: string): UsageError {
  return new UsageError(`invalid option -- '${letter}'`, { showsUsage: true });
}

function stepOf(token: OptionToken, args: readonly string[]): Step {
  const { name, rawName: given, value, index, inlineValue } = token;
  const isLetter = !given.startsWith('--');
  const entry = OPTIONS.find((each) => nameOf(each) === name);
  if (entry === undefined || (isLetter && entry.short !== given.slice(1))) {
    return isLetter
      ? invalidLetter(given.slice(1))
      : new UsageError(`unrecognized option '${given}'`, { showsUsage: true });
  }
  if (entry.value === undefined) {
    return value === undefined
      ? { entry, name, given, value, at: { index, offset: 0 } }
      : new UsageError(`option '${given}' doesn't allow an argument`, { showsUsage: true });
  }
  if (value === undefined) {
    const message = isLetter
      ? `option requires an argument -- '${given.slice(1)}'`
      : `option '${given}' requires an argument`;
    return new UsageError(message, { showsUsage: true });
  }
  const at =
    inlineValue === true
      ? { index, offset: (args[index] ?? '').length - value.length }
      : { index: index + 1, offset: 0 };
  return { entry, name, given, value, at };
}
