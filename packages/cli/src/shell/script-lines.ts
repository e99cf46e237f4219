/** Cuts standard input into the lines of a script. */

/** The longest line: a command has at most 100 MiB, and quotes may double it. */
const MAX_LINE = 200 * 1024 * 1024;

/**
 * Gives each line without its line feed, a last one without a line feed too. No other character ends a line.
 * Throws an Error if a line has more than 200 Mi characters.
 */
export async function* scriptLines(input: AsyncIterable<string>): AsyncGenerator<string> {
  let pieces: string[] = [];
  let length = 0;
  for await (const text of input) {
    const [first = '', ...others] = text.split('\n');
    pieces.push(first);
    length += first.length;
    for (const line of others) {
      yield pieces.join('');
      pieces = [line];
      length = line.length;
    }
    if (length > MAX_LINE) {
      throw new Error('a line of standard input is longer than any command may be');
    }
  }
  if (length > 0) {
    yield pieces.join('');
  }
}
