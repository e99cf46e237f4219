/** Regular expressions of POSIX, beside the C library's own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../../tools/property-runs.mjs';
import { RegexError } from '../../../src/access/regex/expression.js';
import { compileRegex } from '../../../src/access/regex/posix-regex.js';
import { startCLibraryRegex, type Verdict } from '../../support/c-library-regex.js';

function ours(pattern: string, subject: string): Verdict {
  try {
    return compileRegex(pattern)(subject) ? 'match' : 'no match';
  } catch (error) {
    if (error instanceof RegexError) {
      return 'refused';
    }
    throw error;
  }
}

const piece = fc.oneof(
  fc.constantFrom(...'ab-_]^.$|()*+?{}[\\,123 /@\t=:é'),
  fc.constantFrom(
    '[ab]',
    '[^a]',
    '[a-c]',
    '[[:alpha:]]',
    '[^[:digit:]_]',
    '[]a]',
    '[b-]',
    '[[.-.]b]',
  ),
  fc.constantFrom('(a|b)', '(a*)', '(^a|b$)', '{2}', '{1,2}', '{,2}', '{0}', '{2,}', '()', '(|b)'),
  fc.constantFrom(
    '\\w',
    '\\W',
    '\\s',
    '\\b',
    '\\<',
    '\\>',
    '\\B',
    '\\.',
    '\\$',
    '\\(',
    '\\{',
    '\\d',
  ),
  fc.constantFrom('[', '[^', '[:', ':]', '[[:', '[=a=]', '[.', 'a-', '-c', '[[:foo:]]'),
);
const anyPattern = fc.array(piece, { maxLength: 7 }).map((parts) => parts.join(''));
/** Without newlines: the GNU C library lets `.^a` match one and an `a`. Principals have none. */
const anySubject = fc
  .array(fc.constantFrom(...'aabbc1-_.@ /]\\{é$^'), { maxLength: 6 })
  .map((parts) => parts.join(''));

/** The C library supports them, at the price of time without bound. */
const BACK_REFERENCE = /\\[1-9]/;
/**
 * An anchor in a group with an interval, such as `(^a){,2}`. bash asks for the places of groups, and then the GNU
 * C library misses matches that it finds for remctld, which does not ask.
 */
const REPEATED_ANCHOR = /[$^].*\)\{/;

describe('a regular expression', () => {
  it('matches and is refused where the C library matches and refuses', async () => {
    await using library = startCLibraryRegex();
    await fc.assert(
      fc.asyncProperty(anyPattern, anySubject, async (pattern, subject) => {
        fc.pre(!BACK_REFERENCE.test(pattern) && !REPEATED_ANCHOR.test(pattern));
        expect(ours(pattern, subject)).toBe(await library.verdict(pattern, subject));
      }),
      runs(3_000),
    );
  });

  it.each([
    ['a back-reference', '(a)\\1', 'the back-reference \\1 is not supported'],
    ['hyphens that systems read differently', '[a---z]', '--- in brackets means different things'],
    ['an interval of too many states', '(a{1,200}){200}', 'it takes more than 10000 states'],
    ['deep parentheses', '('.repeat(200), 'more than 100 parentheses'],
    ['a long pattern', 'a'.repeat(5_000), 'it has 5000 bytes'],
  ])('with %s is refused', (_what, pattern, message) => {
    expect(() => compileRegex(pattern)).toThrow(message);
  });

  it('takes bounded time where a search with backtracking takes for ever', () => {
    const matches = compileRegex('^((a|a)*)*$');
    expect(matches(`${'a'.repeat(1_000)}@REMCTL.TEST`)).toBe(false);
  });

  it('matches no subject of more than 4,096 bytes', () => {
    expect(() => compileRegex('a')('a'.repeat(4_097))).toThrow(RangeError);
  });
});
