/** A host's output as lines, however it arrives. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLineSplitter, MAX_LINE } from '../src/hosts/line-splitter.js';

/** Returns all lines of the pieces, the last one too. */
function linesOf(pieces: readonly Uint8Array[], limit?: number): string[] {
  const splitter = createLineSplitter(limit);
  const lines = pieces.flatMap((piece) => splitter.push(piece));
  const last = splitter.end();
  return [...lines, ...(last === undefined ? [] : [last])].map((line) =>
    Buffer.from(line).toString('latin1'),
  );
}

const utf8 = (lines: readonly string[]) =>
  lines.map((line) => Buffer.from(line, 'latin1').toString('utf8'));

describe('a line splitter', () => {
  test.each([
    ['nothing', [], []],
    ['an empty piece', [''], []],
    ['an empty line', ['\n'], ['']],
    ['lines in one piece', ['a\n\nb\n'], ['a', '', 'b']],
    ['a line in several pieces', ['a', 'b', 'c\nd', '\n'], ['abc', 'd']],
    ['a last line without a line feed', ['a\nb'], ['a', 'b']],
    ['carriage returns', ['a\r\nb\rc\n'], ['a\r', 'b\rc']],
  ])('%s', (_, pieces, lines) => {
    expect(linesOf(pieces.map((piece) => Buffer.from(piece)))).toEqual(lines);
  });

  test('a line of exactly the limit is one, a longer one is cut', () => {
    const of = (text: string) => linesOf([Buffer.from(text)], 4);
    expect(of('abcd\n')).toEqual(['abcd']);
    expect(of('abcd')).toEqual(['abcd']);
    expect(of('abcde\nf')).toEqual(['abcd', 'e', 'f']);
    expect(of('abcdefghi\n')).toEqual(['abcd', 'efgh', 'i']);
  });

  test('a cut leaves characters whole, and bytes that are no UTF-8 have the limit', () => {
    expect(utf8(linesOf([Buffer.from('abcé\n')], 4))).toEqual(['abc', 'é']);
    expect(utf8(linesOf([Buffer.from('a👍b')], 4))).toEqual(['a', '👍', 'b']);
    expect(linesOf([Buffer.alloc(9, 0x80)], 4)).toEqual([
      '\x80'.repeat(4),
      '\x80'.repeat(4),
      '\x80',
    ]);
  });

  test('the lines hold every byte, and do not depend on the pieces', () => {
    const bytes = fc
      .array(fc.constantFrom(...Buffer.from('ab\né👍\r\0'), 0xff, 0x80))
      .map((each) => Uint8Array.from(each));
    fc.assert(
      fc.property(fc.array(bytes), fc.integer({ min: 4, max: 8 }), (pieces, limit) => {
        const whole = Buffer.concat(pieces);
        const lines = linesOf(pieces, limit);
        expect(lines).toEqual(linesOf([whole], limit));
        expect(lines.join('')).toBe(whole.toString('latin1').replaceAll('\n', ''));
        expect(lines.every((line) => line.length <= limit)).toBe(true);
      }),
    );
  });

  test('output without line feeds is held up to the limit only, also byte by byte', () => {
    const splitter = createLineSplitter();
    let given = 0;
    for (let sent = 0; sent < 3 * MAX_LINE; sent += 4096) {
      given += splitter.push(Buffer.alloc(4096, 0x78)).reduce((sum, line) => sum + line.length, 0);
      expect(sent + 4096 - given).toBeLessThanOrEqual(MAX_LINE);
    }
  });
});
