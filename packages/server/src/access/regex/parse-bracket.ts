/** Parses a bracket expression of POSIX in the C locale. */
import {
  addAll,
  addRange,
  type ByteSet,
  byteSet,
  CHARACTER_CLASSES,
  complement,
  emptySet,
} from './byte-set.js';
import { RegexError } from './expression.js';

const UNCLOSED = 'a [ has no ]';

/** An element: one byte, which may begin a range, or a whole set, which may not. */
type Element =
  | { readonly type: 'byte'; readonly byte: number }
  | { readonly type: 'set'; readonly set: ByteSet };

export interface Bracket {
  readonly set: ByteSet;
  /** The index behind the closing bracket. */
  readonly end: number;
}

/**
 * Parses the bracket expression whose `[` stands before index `start` of `pattern`, a text of one character
 * for each byte. Throws RegexError if it is none (POSIX.1-2017, XBD, section 9.3.5), or if its meaning
 * differs between systems.
 */
export function parseBracket(pattern: string, start: number): Bracket {
  let at = start;

  /** Reads `[:name:]`, `[=x=]` or `[.x.]`, whose opening is at `at`. */
  function readNamed(): Element {
    const kind = pattern.charAt(at + 1);
    const end = pattern.indexOf(`${kind}]`, at + 2);
    if (end < 0) {
      throw new RegexError(`a [${kind} has no ${kind}]`);
    }
    const name = pattern.slice(at + 2, end);
    at = end + 2;
    if (kind === ':') {
      const set = CHARACTER_CLASSES.get(name);
      if (set === undefined) {
        throw new RegexError(`there is no character class [:${name}:]`);
      }
      return { type: 'set', set };
    }
    if (name.length !== 1) {
      throw new RegexError(`[${kind}${name}${kind}] is no single character`);
    }
    const byte = name.charCodeAt(0);
    return kind === '=' ? { type: 'set', set: byteSet(byte) } : { type: 'byte', byte };
  }

  /** Reads an element. A hyphen is one if `hyphenAllowed`, or before the closing bracket. */
  function readElement(hyphenAllowed: boolean): Element {
    if (at >= pattern.length) {
      throw new RegexError(UNCLOSED);
    }
    if (pattern.startsWith('---', at)) {
      throw new RegexError('--- in brackets means different things on different systems');
    }
    if (/^\[[.:=]/.test(pattern.slice(at, at + 2))) {
      return readNamed();
    }
    if (pattern.charAt(at) === '-' && !hyphenAllowed && pattern.charAt(at + 1) !== ']') {
      throw new RegexError('a - in brackets stands neither first, nor last, nor in a range');
    }
    const byte = pattern.charCodeAt(at);
    at += 1;
    return { type: 'byte', byte };
  }

  /** Returns whether a range follows: a hyphen that does not stand last. */
  function atRange(): boolean {
    return pattern.charAt(at) === '-' && at + 1 < pattern.length && pattern.charAt(at + 1) !== ']';
  }

  const negated = pattern.charAt(at) === '^';
  if (negated) {
    at += 1;
  }
  const set = emptySet();
  let isFirst = true;
  // A closing bracket that stands first is an element.
  while (isFirst || pattern.charAt(at) !== ']') {
    const element = readElement(isFirst);
    isFirst = false;
    if (element.type === 'set') {
      addAll(set, element.set);
      continue;
    }
    if (!atRange()) {
      set[element.byte] = 1;
      continue;
    }
    if (pattern.startsWith('---', at)) {
      throw new RegexError('--- in brackets means different things on different systems');
    }
    at += 1;
    const last = readElement(true);
    if (last.type === 'set' || last.byte < element.byte) {
      throw new RegexError('a range in brackets has no end, or one before its start');
    }
    addRange(set, element.byte, last.byte);
  }
  return { set: negated ? complement(set) : set, end: at + 1 };
}
