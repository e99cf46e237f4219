/**
 * Target: an extended regular expression of a `regex:` rule.
 *
 * The input is two pieces: the expression and the principal that it is matched with.
 */
import { requireThat, unlessRefused } from '../findings.js';
import { splitPieces } from '../pieces.js';
import { compileRegex, RegexError } from '../server-internals.js';

/** Characters that mean themselves alone, or everywhere the same. */
const PLAIN = /^[a-z0-9@./ -]*$/;

export function fuzz(data: Buffer): void {
  const [pattern = '', subject = ''] = splitPieces(data, 2).map((piece) => piece.toString());
  const matches = unlessRefused([RegexError], () => compileRegex(pattern));
  if (matches === undefined) {
    return;
  }
  const found = unlessRefused([RangeError], () => matches(subject));
  requireThat(
    'the same text is matched again',
    unlessRefused([RangeError], () => matches(subject)) === found,
  );
  if (PLAIN.test(pattern) && !pattern.includes('.')) {
    requireThat('a text without operators is found', found === subject.includes(pattern));
  }
  const either = unlessRefused([RegexError], () => compileRegex(`${pattern}|${pattern}`));
  if (either !== undefined && found !== undefined) {
    requireThat('an expression or itself matches as much', either(subject) === found);
  }
}
