/** The text of --help, made from the table of options. */
import { C_USAGE } from '../options/c-usage.js';
import { OPTION_TABLE, type OptionEntry, type OptionGroup } from '../options/option-table.js';
import { EXAMPLES } from './examples.js';

const COLUMNS = 80;
const INDENT = ' '.repeat(4);
const WIDTH = 26;

function nameOf({ short, long, value }: OptionEntry): string {
  const letter = short === undefined ? undefined : `-${short}`;
  const word = long === undefined ? undefined : `--${long}`;
  const names = [letter, word].filter((each) => each !== undefined).join(', ');
  return value === undefined ? names : `${names} <${value.name}>`;
}

/** Breaks a text between words into lines of at most so many columns. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/** Returns the lines of one option: its name, and its help beside it. */
function linesOf(option: OptionEntry): string {
  const left = INDENT.length + WIDTH;
  return wrap(option.help, COLUMNS - left)
    .map((line, row) => `${INDENT}${(row === 0 ? nameOf(option) : '').padEnd(WIDTH)}${line}\n`)
    .join('');
}

/** The long names of the options whose lines are the C client's. */
function longNames({ options }: OptionGroup): string {
  const long = options.flatMap((each) => (each.long === undefined ? [] : [`--${each.long}`]));
  const lines = wrap(`Long names: ${long.join(', ')}`, COLUMNS - INDENT.length);
  return lines.map((line) => `${INDENT}${line}\n`).join('');
}

const groupOf = ({ heading, options }: OptionGroup): string =>
  `\n${heading}:\n${options.map(linesOf).join('')}`;

/** Returns the usage. Its first lines are those of the C client. */
export function usage(): string {
  const groups = OPTION_TABLE.map((group, index) =>
    index === 0 ? `\n${longNames(group)}` : groupOf(group),
  );
  const examples = EXAMPLES.map(({ command }) => `${INDENT}${command}\n`);
  return (
    C_USAGE +
    groups.join('') +
    '\nOptions end at the host: what follows is the command, and goes to the server.\n' +
    `\nExamples:\n${examples.join('')}` +
    '\nMore: man remctl\n'
  );
}
