/** Writes text as roff for man(7). */

/** Text with options in bold: `--port` and `-p` are found by their hyphens. */
const OPTION = /(?<![\w\\-])--?[A-Za-z][\w-]*/g;

/** Escapes what roff would read as its own. Hyphens become minus signs, which can be copied into a shell. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
}

/** A line that begins with a dot would be a request. */
function line(text: string): string {
  return text.startsWith('.') ? `\\&${text}` : text;
}

/** Returns a line of running text. */
export function text(words: string): string {
  let roff = '';
  let from = 0;
  for (const { 0: option, index } of words.matchAll(OPTION)) {
    roff += `${escaped(words.slice(from, index))}\\fB${escaped(option)}\\fR`;
    from = index + option.length;
  }
  return `${line(roff + escaped(words.slice(from)))}\n`;
}

export const bold = (words: string): string => `\\fB${escaped(words)}\\fR`;
export const italic = (words: string): string => `\\fI${escaped(words)}\\fR`;

/** Returns a request with its arguments: `.SH "EXIT STATUS"`. */
export function request(name: string, ...args: readonly string[]): string {
  return `${[`.${name}`, ...args.map((each) => `"${escaped(each).replaceAll('"', '\\(dq')}"`)].join(' ')}\n`;
}

/** Returns lines that stay as they are, such as commands to type. */
export function code(...lines: readonly string[]): string {
  return `.PP\n.RS 4\n.nf\n${lines.map((each) => `${line(escaped(each))}\n`).join('')}.fi\n.RE\n`;
}

/** Returns a paragraph under a term, which is roff already. */
export function item(term: string, ...paragraphs: readonly string[]): string {
  return `.TP\n${term}\n${paragraphs.map(text).join('.sp\n')}`;
}
