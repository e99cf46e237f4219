/** The lines of remctl.conf, with continuations joined. */
import { type ConfPlace, RemctlConfError } from './conf-error.js';

export interface ConfLine {
  /** The strings between spaces and tabs; at least one. */
  readonly words: readonly string[];
  readonly place: ConfPlace;
}

const NEWLINE = '\n';
const CONTINUATION = '\\\n';
/** What isspace() of C takes for space. */
const LEADING_SPACE = /^[ \t\n\v\f\r]+/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function splitWords(text: string, place: ConfPlace): readonly string[] {
  if (text.includes('\r')) {
    const message = 'the line has a carriage return: save the file with the line ends of Unix';
    throw new RemctlConfError(message, place);
  }
  try {
    // Words are separated by bytes of ASCII, which no other character of UTF-8 contains.
    return utf8
      .decode(Buffer.from(text, 'latin1'))
      .split(/[ \t]+/)
      .filter((word) => word !== '');
  } catch (cause) {
    throw new RemctlConfError('the line is not UTF-8', place, { cause });
  }
}

/**
 * Gives the lines of a file that are neither blank nor comments. A line that ends in a backslash goes on in the
 * next, a comment too (remctld(8), "CONFIGURATION FILE"). A backslash that stands alone on its line ends it.
 *
 * Throws RemctlConfError at a NUL byte, at a file's end without a newline, as remctld does, at a carriage return
 * and at a line that is not UTF-8; comments may be of any encoding.
 */
export function* confLines(file: string, bytes: Buffer): Generator<ConfLine, void> {
  const content = bytes.toString('latin1');
  let start = 0;
  let line = 0;

  function nextLine(place: ConfPlace): string {
    const newline = content.indexOf(NEWLINE, start);
    if (newline < 0) {
      throw new RemctlConfError(
        start < content.length
          ? 'the last line has no newline: add one'
          : 'the line ends in a backslash, and no line follows: remove the backslash, or add the line',
        place,
      );
    }
    const text = content.slice(start, newline + 1);
    start = newline + 1;
    line += 1;
    return text;
  }

  while (start < content.length) {
    const place = { file, line: line + 1 };
    let text = nextLine(place);
    while (text !== CONTINUATION && text.endsWith(CONTINUATION)) {
      text = text.slice(0, -CONTINUATION.length) + nextLine(place);
    }
    if (text.includes('\0')) {
      throw new RemctlConfError('the line has a NUL byte', place);
    }
    const trimmed = text.replace(LEADING_SPACE, '');
    if (trimmed !== '' && !trimmed.startsWith('#')) {
      yield { words: splitWords(text.slice(0, -NEWLINE.length), place), place };
    }
  }
}
