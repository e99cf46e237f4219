/** The text of --help, made from the table of options. */
import { OPTION_TABLE, type OptionEntry, type OptionGroup } from '../options/option-table.js';
import { EXAMPLES } from './examples.js';

const COLUMNS = 80;
const INDENT = ' '.repeat(4);
/** The width of the names in the C client's own usage. */
const C_WIDTH = 14;
const WIDTH = 26;

const C_USAGE = 'Usage: remctl <options> <host> <command> [<subcommand> [<parameters>]]';

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
function linesOf(name: string, help: string, width: number): string {
  const left = INDENT.length + width;
  return wrap(help, COLUMNS - left)
    .map((line, row) => `${INDENT}${(row === 0 ? name : '').padEnd(width)}${line}\n`)
    .join('');
}

/** The C client's options in the C client's words: scripts know them. */
function cOptions({ options }: OptionGroup): string {
  const lines = options.map(({ long: _, ...option }) =>
    linesOf(nameOf(option), option.help, C_WIDTH),
  );
  const long = options.flatMap((each) => (each.long === undefined ? [] : [`--${each.long}`]));
  const names = wrap(`Long names: ${long.join(', ')}`, COLUMNS - INDENT.length);
  return `Options:\n${lines.join('')}\n${names.map((line) => `${INDENT}${line}\n`).join('')}`;
}

function otherOptions({ heading, options }: OptionGroup): string {
  const lines = options.map((option) => linesOf(nameOf(option), option.help, WIDTH));
  return `\n${heading}:\n${lines.join('')}`;
}

/** Returns the usage. Its first lines are those of the C client. */
export function usage(): string {
  const groups = OPTION_TABLE.map((group, index) =>
    index === 0 ? cOptions(group) : otherOptions(group),
  );
  const examples = EXAMPLES.map(({ command }) => `${INDENT}${command}\n`);
  return (
    `${C_USAGE}\n\n${groups.join('')}` +
    '\nOptions end at the host: what follows is the command, and goes to the server.\n' +
    `\nExamples:\n${examples.join('')}` +
    '\nMore: man remctl\n'
  );
}
