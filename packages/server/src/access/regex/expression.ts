/** The tree of a regular expression, and its error. */
import type { ByteSet } from './byte-set.js';

/** What holds at a place between two bytes. */
export type Assertion = 'start' | 'end' | 'word-start' | 'word-end' | 'word-edge' | 'no-word-edge';

export type Expression =
  | { readonly type: 'empty' }
  | { readonly type: 'set'; readonly set: ByteSet }
  | { readonly type: 'assertion'; readonly assertion: Assertion }
  | { readonly type: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly type: 'choice'; readonly parts: readonly Expression[] }
  /** `most` may be Infinity. */
  | {
      readonly type: 'repeat';
      readonly part: Expression;
      readonly least: number;
      readonly most: number;
    };

/** A regular expression is not one of POSIX, or is one that this server does not support. */
export class RegexError extends Error {
  override readonly name: string = 'RegexError';
}
