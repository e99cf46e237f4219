/** Reads a line of the session into words, with a POSIX shell's quoting. */
import { split } from 'shlex';

/** What a text is: words, or the begin of a command that goes on in the next line. */
export type Reading =
  | { readonly type: 'words'; readonly words: readonly string[] }
  /** `text` is what the next line is put behind. */
  | { readonly type: 'unfinished'; readonly text: string };

/** What shlex says of a text that ends too early. */
const IN_QUOTES = /in a quoted string/;
const IN_ESCAPE = /in an escape sequence/;

/**
 * Reads a text. Quotes and backslashes work as in a POSIX shell; `$`, backquotes, `*`, `~` and `!` mean nothing.
 * A text whose first character is `#` is a comment: it has no words. A quote that is open, and a backslash at the
 * end, make the command go on in the next line.
 */
export function readWords(text: string): Reading {
  if (text.trimStart().startsWith('#')) {
    return { type: 'words', words: [] };
  }
  try {
    return { type: 'words', words: split(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (IN_QUOTES.test(message)) {
      return { type: 'unfinished', text: `${text}\n` };
    }
    if (IN_ESCAPE.test(message)) {
      return { type: 'unfinished', text: text.slice(0, -1) };
    }
    throw error;
  }
}
