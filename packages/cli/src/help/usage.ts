/** The text of --help, made from the table of options. */
import { OPTION_TABLE, type OptionEntry } from '../options/option-table.js';

const WIDTH = 24;

function nameOf({ short, long, value }: OptionEntry): string {
  const letter = short === undefined ? undefined : `-${short}`;
  const word = long === undefined ? undefined : `--${long}`;
  const names = [letter, word].filter((each) => each !== undefined).join(', ');
  return value === undefined ? names : `${names} <${value.name}>`;
}

function lineOf(option: OptionEntry): string {
  const name = nameOf(option);
  const gap = name.length < WIDTH ? ' '.repeat(WIDTH - name.length) : `\n${' '.repeat(WIDTH + 4)}`;
  return `    ${name}${gap}${option.help}\n`;
}

/** Returns the usage. */
export function usage(): string {
  const groups = OPTION_TABLE.map(
    ({ heading, options }) => `\n${heading}:\n${options.map(lineOf).join('')}`,
  );
  return `Usage: remctl <options> <host> <command> [<subcommand> [<parameters>]]\n${groups.join('')}`;
}
