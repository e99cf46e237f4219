/** Sets of bytes, and POSIX's character classes in the C locale. */

const BYTES = 256;

/** A set of bytes: one entry for each byte, 1 if the byte is in it. */
export type ByteSet = Uint8Array;

/** Makes a set of no bytes. */
export function emptySet(): ByteSet {
  return new Uint8Array(BYTES);
}

/** Makes a set of the given bytes. */
export function byteSet(...bytes: readonly number[]): ByteSet {
  const set = emptySet();
  for (const byte of bytes) {
    set[byte] = 1;
  }
  return set;
}

/** Adds the bytes from `first` to `last`, both included. */
export function addRange(set: ByteSet, first: number, last: number): void {
  set.fill(1, first, last + 1);
}

/** Adds the bytes of another set. */
export function addAll(set: ByteSet, more: ByteSet): void {
  for (const [byte, isIn] of more.entries()) {
    if (isIn === 1) {
      set[byte] = 1;
    }
  }
}

/** Returns the set of all other bytes. */
export function complement(set: ByteSet): ByteSet {
  return set.map((isIn) => 1 - isIn);
}

/** Returns the set of an ASCII text's ranges: `a-z` is a range, written without a space. */
function ranges(...parts: readonly (readonly [first: string, last: string])[]): ByteSet {
  const set = emptySet();
  for (const [first, last] of parts) {
    addRange(set, first.charCodeAt(0), last.charCodeAt(0));
  }
  return set;
}

const UPPER = ['A', 'Z'] as const;
const LOWER = ['a', 'z'] as const;
const DIGIT = ['0', '9'] as const;

/** The classes by name (POSIX.1-2017, XBD, section 7.3.1), for ASCII alone. */
export const CHARACTER_CLASSES: ReadonlyMap<string, ByteSet> = new Map([
  ['alnum', ranges(UPPER, LOWER, DIGIT)],
  ['alpha', ranges(UPPER, LOWER)],
  ['blank', ranges([' ', ' '], ['\t', '\t'])],
  ['cntrl', ranges(['\0', '\x1f'], ['\x7f', '\x7f'])],
  ['digit', ranges(DIGIT)],
  ['graph', ranges(['!', '~'])],
  ['lower', ranges(LOWER)],
  ['print', ranges([' ', '~'])],
  ['punct', ranges(['!', '/'], [':', '@'], ['[', '`'], ['{', '~'])],
  ['space', ranges([' ', ' '], ['\t', '\r'])],
  ['upper', ranges(UPPER)],
  ['xdigit', ranges(DIGIT, ['A', 'F'], ['a', 'f'])],
]);

/** What `\w` matches in the C library of GNU. */
export const WORD: ByteSet = ranges(UPPER, LOWER, DIGIT, ['_', '_']);
/** What `\s` matches in the C library of GNU. */
export const SPACE: ByteSet = ranges([' ', ' '], ['\t', '\r']);
