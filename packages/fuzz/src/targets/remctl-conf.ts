/** Target: remctl.conf. Its includes are not followed, and no program or ACL file is looked at. */
import { isDeepStrictEqual } from 'node:util';
import { requireThat, unlessRefused } from '../findings.js';
import { checkCommands, confLines, parseCommand, RemctlConfError } from '../server-internals.js';

const FILE = 'remctl.conf';

type Command = ReturnType<typeof parseCommand>;

function read(bytes: Buffer): Command[] {
  const commands: Command[] = [];
  for (const line of confLines(FILE, bytes)) {
    requireThat('a line has words', line.words.length > 0);
    requireThat(
      'no word is empty',
      line.words.every((word) => word !== ''),
    );
    if (line.words[0] !== 'include' || line.words.length !== 2) {
      commands.push(parseCommand(line));
    }
  }
  return commands;
}

/** Returns the line of remctl.conf that says what `command` says. */
function lineOf({ command, subcommand = 'ALL', program, access, ...more }: Command): string {
  const { logmask, stdin, user, sudo, help, summary } = more;
  const options = { logmask: logmask?.join(','), stdin, user, sudo, help, summary };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const rules = typeof access === 'function' ? [] : access;
  return [
    ...[command, subcommand, program],
    ...given.map(([name, value]) => `${name}=${value}`),
    ...rules,
  ].join(' ');
}

export function fuzz(data: Buffer): void {
  const commands = unlessRefused([RemctlConfError], () => read(data));
  if (commands === undefined) {
    return;
  }
  // Its error says what to do: an option is wrong, or a program has no absolute path.
  unlessRefused([TypeError, RangeError], () => checkCommands(commands));
  const text = commands.map((command) => `${lineOf(command)}\n`).join('');
  // A command may begin with the character of a comment, after a continuation.
  if (!/^\s*#/m.test(text) && !/\\$/m.test(text)) {
    const again = read(Buffer.from(text));
    requireThat(
      'commands that are written again are read as the same',
      isDeepStrictEqual(again, commands),
    );
  }
}
