/** Words of a session's line, and commands in a server's help. */
import { execFileSync } from 'node:child_process';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandsIn, completionsOf } from '../src/shell/help-commands.js';
import { scriptLines } from '../src/shell/script-lines.js';
import { readLine } from '../src/shell/session-line.js';
import { type Reading, readWords } from '../src/shell/shell-words.js';

/** Reads lines one after the other, as a session does. */
function read(...lines: string[]): Reading {
  let reading = readWords(lines[0] ?? '');
  for (const line of lines.slice(1)) {
    reading = readWords(line, reading.type === 'unfinished' ? reading.begun : undefined);
  }
  return reading;
}

function wordsOf(...lines: string[]): readonly string[] | undefined {
  const reading = read(...lines);
  return reading.type === 'words' ? reading.words : undefined;
}

describe('readWords', () => {
  test.each<[string, readonly string[]]>([
    ['account show jdoe', ['account', 'show', 'jdoe']],
    [`a 'b c' "d e" f\\ g`, ['a', 'b c', 'd e', 'f g']],
    [`say '$HOME * ~ !x' $HOME !! *`, ['say', '$HOME * ~ !x', '$HOME', '!!', '*']],
    [`a '' ""`, ['a', '', '']],
    ['  ', []],
    ['# a comment', []],
    ['a #b', ['a', '#b']],
    [`it''s "a \\"b\\""`, ['its', 'a "b"']],
    [`a$'b\\n' $"c" 5$`, ['a$b\\n', '$c', '5$']],
    [`'\\\\server\\"x'"y"`, ['\\\\server\\"xy']],
    ['"\\$5 \\` \\n"', ['$5 ` \\n']],
    ['a b\r', ['a', 'b']],
  ])('%s', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  test.each<[readonly string[], readonly string[]]>([
    [
      ["a 'b", "c' d"],
      ['a', 'b\nc', 'd'],
    ],
    [
      ['a "b', '', 'c"'],
      ['a', 'b\n\nc'],
    ],
    [
      ['a b\\', 'c'],
      ['a', 'bc'],
    ],
    [
      ['a "b\\', 'c"'],
      ['a', 'bc'],
    ],
    [
      ["a 'b\\", "c'"],
      ['a', 'b\\\nc'],
    ],
    [
      ["a '#b", "# c'"],
      ['a', '#b\n# c'],
    ],
  ])('%j go on in the next line', (lines, words) => {
    expect(read(...lines.slice(0, -1)).type).toBe('unfinished');
    expect(wordsOf(...lines)).toEqual(words);
  });

  test('gives back every word that was quoted', () => {
    const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
    const word = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        expect(wordsOf(...`x ${words.map(quote).join(' ')}`.split('\n'))).toEqual(['x', ...words]);
      }),
    );
  });

  test('reads what a shell reads', () => {
    const piece = fc.constantFrom(
      'a',
      'é',
      ' ',
      '\t',
      "'",
      '"',
      '\\',
      '!',
      '=',
      '%',
      '#',
      '{',
      '^',
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => `x${pieces.join('')}`);
    const lines = fc.sample(
      // A shell has comments at every word, which the session has not.
      text.filter((line) => !/\s#/.test(line) && wordsOf(line) !== undefined),
      { numRuns: 300, seed: 1 },
    );
    const script = lines.map((line) => `printf '%s\\0' ${line}\nprintf '\\n'\n`).join('');
    const output = execFileSync('sh', [], { input: script, encoding: 'utf8' });
    const read = output.split('\n').slice(0, -1);
    expect(lines.map((line) => wordsOf(line))).toEqual(
      read.map((words) => words.split('\0').slice(0, -1)),
    );
  });
});

describe('readLine', () => {
  test.each<[string, object]>([
    ['\\q', { type: 'leave', status: undefined }],
    [' \\q  7 ', { type: 'leave', status: 7 }],
    ['\\?', { type: 'help' }],
    ['\\q 256', { type: 'wrong' }],
    ['\\q x', { type: 'wrong' }],
    ['\\x', { type: 'wrong' }],
    ['q', { type: 'words', words: ['q'] }],
    ["'\\q'", { type: 'words', words: ['\\q'] }],
    ['\\', { type: 'unfinished' }],
  ])('%s', (line, expected) => {
    expect(readLine(line, undefined)).toMatchObject(expected);
  });

  test('a command that goes on has no words of the session', () => {
    const begun = { text: 'a', words: [], word: 'a', quote: undefined };
    expect(readLine('\\q', begun)).toMatchObject({ type: 'words', words: ['aq'] });
  });
});

test('scriptLines cuts at line feeds alone, however the text arrives', async () => {
  const text = 'a\rb\n\n\u2028c\x85\nlast';
  for (const size of [1, 2, 100]) {
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    const lines: string[] = [];
    for await (const line of scriptLines(Readable.from(pieces))) {
      lines.push(line);
    }
    expect(lines).toEqual(text.split('\n'));
  }
});

describe('commandsIn', () => {
  test('takes the words before placeholders, colons and wide gaps', () => {
    const help = `
account show <user>     Shows an account
account create <user> [<quota>]
  remctl server.example.org volume move <from> <to>
test streams: lines on both streams
Usage: remctl host key rotate
`;
    expect(commandsIn(help)).toEqual([
      ['account', 'show'],
      ['account', 'create'],
      ['volume', 'move'],
      ['test', 'streams'],
      ['key', 'rotate'],
    ]);
  });

  test('completes the word at the end of a line', () => {
    const commands = commandsIn('account show\naccount create\nvolume move\n');
    expect(completionsOf(commands, '')).toEqual(['account', 'volume']);
    expect(completionsOf(commands, 'a')).toEqual(['account']);
    expect(completionsOf(commands, 'account ')).toEqual(['create', 'show']);
    expect(completionsOf(commands, 'account s')).toEqual(['show']);
    expect(completionsOf(commands, 'other ')).toEqual([]);
  });
});
