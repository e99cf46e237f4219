/** The harness of the examples: what it must not let pass. */
import { describe, expect, test } from 'vitest';
import { readBlocks } from './examples/blocks.js';
import { areLinesAsShown, isAsShown } from './examples/expected-output.js';

const fence = (info: string, code: string) => `\`\`\`${info}\n${code}\n\`\`\`\n`;

describe('blocks', () => {
  test('output belongs to the block before it', () => {
    const text = `${fence('js save=a.mjs', '1')}\n${fence('sh status=3', 'node a.mjs')}\n${fence('text prints', 'x')}`;
    const [first, second, ...more] = readBlocks('a.md', text);
    expect(first).toMatchObject({ language: 'js', save: 'a.mjs', line: 1 });
    expect(second).toMatchObject({ language: 'sh', status: 3, prints: 'x\n' });
    expect(more).toEqual([]);
  });

  test('a reason not to run holds for the next block alone', () => {
    const text = `<!-- not run: no container -->\n\n${fence('sh', 'a')}\n${fence('sh', 'b')}`;
    expect(readBlocks('a.md', text).map(({ notRun }) => notRun)).toEqual([
      'no container',
      undefined,
    ]);
  });

  test('an attribute that means nothing is an error with its place', () => {
    expect(() => readBlocks('a.md', `\n${fence('sh stauts=3', 'a')}`)).toThrow('a.md:2');
  });
});

describe('what is shown beside what is printed', () => {
  test.each([
    ['the same', 'a\nb\n', 'a\nb\n', true],
    ['another text', 'a\n', 'b\n', false],
    ['a line more', 'a\n', 'a\nb\n', false],
    ['a line less', 'a\nb\n', 'a\n', false],
    ['any text', 'a … c\n', 'a b c\n', true],
    ['any text between wrong ones', 'a … c\n', 'a b d\n', false],
    ['another time', 'took 0.4 s\n', 'took 12 s\n', true],
    ['another order', 'a\nb\n', 'b\na\n', false],
  ])('%s', (_, shown, printed, expected) => {
    expect(isAsShown(shown, printed)).toBe(expected);
  });

  test.each([
    ['another order', 'a\nb\n', 'b\na\n', true],
    ['a line twice', 'a\nb\n', 'a\na\n', false],
    ['a line more', 'a\n', 'a\nb\n', false],
  ])('lines: %s', (_, shown, printed, expected) => {
    expect(areLinesAsShown(shown, printed)).toBe(expected);
  });
});
