/** Words of a session's line, and commands in a server's help. */
import fc from 'fast-check';
import { quote } from 'shlex';
import { describe, expect, test } from 'vitest';
import { commandsIn, completionsOf } from '../src/shell/help-commands.js';
import { readWords } from '../src/shell/shell-words.js';

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
  ])('%s', (text, words) => {
    expect(readWords(text)).toEqual({ type: 'words', words });
  });

  test.each([
    ["a 'b", "a 'b\n"],
    ['a "b', 'a "b\n'],
    ['a b\\', 'a b'],
  ])('%s goes on in the next line', (line, text) => {
    expect(readWords(line)).toEqual({ type: 'unfinished', text });
  });

  test('gives back every word that was quoted, and any text ends without an exception', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        const line = `x ${words.map(quote).join(' ')}`;
        expect(readWords(line)).toEqual({ type: 'words', words: ['x', ...words] });
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readWords(text) !== undefined));
  });
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
