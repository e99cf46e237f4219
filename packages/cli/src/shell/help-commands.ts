/** Finds commands in a server's help, for completion. */

/** Words of a command that are looked for: the command, its subcommand and one more. */
const MAX_WORDS = 3;
/** Lines that are looked at: whoever writes the help decides how long it is. */
const MAX_LINES = 5000;
const WORD = /^[A-Za-z0-9][A-Za-z0-9_./+-]*$/;

/**
 * Returns the words of each command that a help text names at the begin of a line, such as
 * `account show <user>    Shows an account`. The words end at a placeholder, a colon, two spaces or a tab, and at
 * anything that is no plain word. The help is free text, so some of what is found may be no command.
 */
export function commandsIn(help: string): string[][] {
  const found = new Map<string, string[]>();
  for (const line of help.split('\n').slice(0, MAX_LINES)) {
    const [, usage = ''] =
      /^\s*(?:(?:usage:\s*)?remctl\s+\S+\s+)?(.*?)(?:\s{2,}|\t|$)/i.exec(line) ?? [];
    const words: string[] = [];
    for (const word of usage.split(' ')) {
      const [, plain = '', end = ''] = /^(.*?)(:?)$/.exec(word) ?? [];
      if (!WORD.test(plain) || words.length === MAX_WORDS) {
        break;
      }
      words.push(plain);
      if (end !== '') {
        break;
      }
    }
    if (words.length > 0) {
      found.set(words.join(' '), words);
    }
  }
  return [...found.values()];
}

/** Returns what may follow in place of the last word of a line, which may be empty. */
export function completionsOf(commands: readonly (readonly string[])[], line: string): string[] {
  const words = line.trimStart().split(/\s+/);
  const before = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  const next = commands
    .filter((command) => before.every((word, index) => command[index] === word))
    .map((command) => command[before.length])
    .filter((word): word is string => word?.startsWith(last) === true);
  return [...new Set(next)].sort();
}
