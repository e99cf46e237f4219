/** Reads the lines of a session into words, with a POSIX shell's quoting. */

type Quote = "'" | '"';

/** A command that goes on in the next line. */
export interface Begun {
  /** What was typed so far. A line feed in it is one of the command's bytes. */
  readonly text: string;
  readonly words: readonly string[];
  /** The word that the next line goes on with; undefined between two words. */
  readonly word: string | undefined;
  readonly quote: Quote | undefined;
}

/** What a line gives: words, or the begin of a command. */
export type Reading =
  | { readonly type: 'words'; readonly text: string; readonly words: readonly string[] }
  | { readonly type: 'unfinished'; readonly begun: Begun };

const NOTHING: Begun = { text: '', words: [], word: undefined, quote: undefined };

/** Pieces outside quotes: blanks, an escaped character, the end's backslash, a quote, plain text. */
const PLAIN = /[ \t\r\n]+|\\[\s\S]|\\$|["']|[^ \t\r\n\\"']+/gy;
/** Pieces inside double quotes. Only `$`, a backquote, `"` and a backslash can be escaped there. */
const IN_DOUBLE = /\\[$`"\\]|\\$|"|\\|[^"\\]+/gy;
const IN_SINGLE = /'|[^']+/gy;

function piecesFor(quote: Quote | undefined): RegExp {
  if (quote === undefined) {
    return PLAIN;
  }
  return quote === '"' ? IN_DOUBLE : IN_SINGLE;
}

const isBlank = (piece: string) => /^[ \t\r\n]/.test(piece);

/**
 * Reads one line, which goes on with `begun`. Quotes and backslashes work as in a POSIX shell (XCU, section 2.2);
 * `$`, backquotes, `*`, `~` and `!` mean nothing. A line whose first character is `#` is a comment: it has no
 * words. A quote that is open, and a backslash at the end, make the command go on in the next line. Takes time
 * and memory in proportion to the line.
 */
export function readWords(line: string, begun: Begun = NOTHING): Reading {
  const text = begun.text + line;
  if (begun === NOTHING && line.trimStart().startsWith('#')) {
    return { type: 'words', text, words: [] };
  }
  const words = [...begun.words];
  let { word, quote } = begun;
  for (let at = 0; at < line.length; ) {
    const pieces = piecesFor(quote);
    pieces.lastIndex = at;
    const piece = pieces.exec(line)?.[0] ?? '';
    at += piece.length;
    if (quote !== "'" && piece === '\\' && at === line.length) {
      return { type: 'unfinished', begun: { text: text.slice(0, -1), words, word, quote } };
    }
    if (quote === undefined && isBlank(piece)) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else if (piece === quote) {
      quote = undefined;
    } else if (quote === undefined && (piece === "'" || piece === '"')) {
      quote = piece;
      word ??= '';
    } else {
      const isEscape = quote !== "'" && piece.length > 1 && piece.startsWith('\\');
      word = (word ?? '') + (isEscape ? piece.slice(1) : piece);
    }
  }
  if (quote !== undefined) {
    return {
      type: 'unfinished',
      begun: { text: `${text}\n`, words, word: `${word}\n`, quote },
    };
  }
  if (word !== undefined) {
    words.push(word);
  }
  return { type: 'words', text, words };
}
