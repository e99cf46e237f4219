/** Parses an extended regular expression of POSIX. */
import { byteSet, complement, emptySet, SPACE, WORD } from './byte-set.js';
import { type Assertion, type Expression, RegexError } from './expression.js';
import { parseBracket } from './parse-bracket.js';

/** RE_DUP_MAX: the highest number in an interval. */
const MAX_REPEATS = 32_767;
/** Parentheses within parentheses, at most. */
const MAX_DEPTH = 100;

const ESCAPED_ASSERTIONS: ReadonlyMap<string, Assertion> = new Map([
  ['<', 'word-start'],
  ['>', 'word-end'],
  ['b', 'word-edge'],
  ['B', 'no-word-edge'],
  ['`', 'start'],
  ["'", 'end'],
]);

const ESCAPED_SETS = new Map([
  ['w', WORD],
  ['W', complement(WORD)],
  ['s', SPACE],
  ['S', complement(SPACE)],
]);

/** The operators that repeat what stands before them. */
const REPEATS: ReadonlyMap<string, readonly [least: number, most: number]> = new Map([
  ['*', [0, Number.POSITIVE_INFINITY]],
  ['+', [1, Number.POSITIVE_INFINITY]],
  ['?', [0, 1]],
]);

/** An interval behind its opening brace. */
const INTERVAL = /(\d*)(?:(,)(\d*))?\}/y;

/**
 * Parses `pattern`, a text of one character for each byte (POSIX.1-2017, XBD, section 9.4, with GNU's
 * `\w \W \s \S \b \B \< \> \' ` and the escaped backquote).
 *
 * Throws RegexError if the C library of GNU refuses it, and for back-references, which no match in bounded
 * time supports.
 */
export function parseRegex(pattern: string): Expression {
  let at = 0;
  let depth = 0;

  const peek = () => pattern.charAt(at);
  const atRepeat = () => peek() === '{' || REPEATS.has(peek());
  const atEndOfBranch = () =>
    at >= pattern.length || peek() === '|' || (peek() === ')' && depth > 0);

  function parseChoice(): Expression {
    const parts = [parseSequence()];
    while (peek() === '|') {
      at += 1;
      parts.push(parseSequence());
    }
    return parts.length === 1 ? (parts[0] ?? { type: 'empty' }) : { type: 'choice', parts };
  }

  function parseSequence(): Expression {
    const parts: Expression[] = [];
    while (!atEndOfBranch()) {
      parts.push(parseRepeated());
    }
    return { type: 'sequence', parts };
  }

  function parseRepeated(): Expression {
    if (atRepeat()) {
      throw new RegexError(`nothing stands before ${peek()} that it could repeat`);
    }
    let part = parseAtom();
    // An assertion takes no repeat: what follows it would have nothing to repeat.
    while (part.type !== 'assertion' && atRepeat()) {
      const [least, most] = parseRepeat();
      part = { type: 'repeat', part, least, most };
    }
    return part;
  }

  function parseRepeat(): readonly [least: number, most: number] {
    const operator = REPEATS.get(peek());
    at += 1;
    if (operator !== undefined) {
      return operator;
    }
    INTERVAL.lastIndex = at;
    const [whole, first, comma, last] = INTERVAL.exec(pattern) ?? [];
    if (whole === undefined || (first === '' && comma === undefined)) {
      throw new RegexError(
        'a { begins no interval such as {2}, {2,} or {2,5}; write \\{ for a brace',
      );
    }
    at += whole.length;
    const least = Number(first);
    const most =
      comma === undefined ? least : last === '' ? Number.POSITIVE_INFINITY : Number(last);
    if (least > most) {
      throw new RegexError(`the interval {${whole} ends below its start`);
    }
    if (Math.max(least, Number.isFinite(most) ? most : 0) > MAX_REPEATS) {
      throw new RegexError(`the interval {${whole} is above ${MAX_REPEATS}`);
    }
    return [least, most];
  }

  function parseGroup(): Expression {
    depth += 1;
    if (depth > MAX_DEPTH) {
      throw new RegexError(`more than ${MAX_DEPTH} parentheses stand within each other`);
    }
    const inner = parseChoice();
    if (peek() !== ')') {
      throw new RegexError('a ( has no )');
    }
    at += 1;
    depth -= 1;
    // A group of one assertion is no assertion: a repeat may follow it.
    return { type: 'sequence', parts: [inner] };
  }

  function parseEscape(): Expression {
    if (at >= pattern.length) {
      throw new RegexError('nothing follows the \\ at the end');
    }
    const escaped = peek();
    at += 1;
    const assertion = ESCAPED_ASSERTIONS.get(escaped);
    if (assertion !== undefined) {
      return { type: 'assertion', assertion };
    }
    if (/[1-9]/.test(escaped)) {
      throw new RegexError(`the back-reference \\${escaped} is not supported`);
    }
    const set = ESCAPED_SETS.get(escaped) ?? byteSet(escaped.charCodeAt(0));
    return { type: 'set', set };
  }

  function parseAtom(): Expression {
    const character = peek();
    at += 1;
    switch (character) {
      case '(':
        return parseGroup();
      case '^':
        return { type: 'assertion', assertion: 'start' };
      case '$':
        return { type: 'assertion', assertion: 'end' };
      case '.':
        return { type: 'set', set: complement(emptySet()) };
      case '\\':
        return parseEscape();
      case '[': {
        const { set, end } = parseBracket(pattern, at);
        at = end;
        return { type: 'set', set };
      }
      default:
        return { type: 'set', set: byteSet(character.charCodeAt(0)) };
    }
  }

  return parseChoice();
}
