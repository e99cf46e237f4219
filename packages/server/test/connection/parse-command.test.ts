/** Commands out of bytes, and remctld's refusals. */
import { NUMBER_LENGTH } from '@remctl/core/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../src/connection/parse-command.js';
import { isRefusal } from '../../src/refusal.js';
import { commandData } from '../support/messages.js';

const MOST = 8;

const words = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: MOST });

test('a command gives its arguments', () => {
  fc.assert(
    fc.property(words, (command) => {
      const parsed = parseCommand(commandData(command), MOST);
      expect(isRefusal(parsed) ? parsed : parsed.map((each) => Uint8Array.from(each))).toEqual(
        command,
      );
    }),
  );
});

test('a command that is cut anywhere is refused', () => {
  fc.assert(
    fc.property(words, fc.nat(), (command, cut) => {
      const data = commandData(command);
      const parsed = parseCommand(data.subarray(0, cut % data.length), MOST);
      expect(parsed).toMatchObject({ code: 4, message: 'Invalid command token' });
    }),
  );
});

test('any bytes are a command of the same bytes, or refused', () => {
  const count = fc.nat(MOST + 2).map((value) => Buffer.of(0, 0, 0, value));
  const anything = fc
    .tuple(count, fc.array(fc.oneof(count, fc.uint8Array({ maxLength: 9 }))))
    .map(([first, rest]) => Buffer.concat([first, ...rest]));
  fc.assert(
    fc.property(anything, (data) => {
      const parsed = parseCommand(data, MOST);
      if (!isRefusal(parsed)) {
        expect(commandData(parsed).equals(data)).toBe(true);
      }
    }),
  );
});

describe('refusals', () => {
  const number = (value: number) => {
    const bytes = Buffer.alloc(NUMBER_LENGTH);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const two = commandData(['one', 'two']);
  test.each([
    ['no arguments', number(0), 5, 'Unknown command'],
    ['no arguments, and more data', Buffer.concat([number(0), two]), 5, 'Unknown command'],
    ['too many arguments', commandData(Array(MOST + 1).fill('a')), 7, 'Too many arguments'],
    ['a count of 2^32 - 1', number(0xffffffff), 7, 'Too many arguments'],
    ['fewer lengths than arguments', number(2), 4, 'Invalid command token'],
    ['three bytes', Buffer.alloc(3), 4, 'Invalid command token'],
    ['one argument more', Buffer.concat([two, number(0)]), 4, 'Invalid command token'],
    ['three bytes more', Buffer.concat([two, Buffer.alloc(3)]), 4, 'Invalid command token'],
    [
      'a length of 2^32 - 1',
      Buffer.concat([number(1), number(0xffffffff)]),
      4,
      'Invalid command token',
    ],
  ])('%s', (_name, data, code, message) => {
    expect(parseCommand(data, MOST)).toMatchObject({ code, message });
  });

  test('as many arguments as are allowed are a command', () => {
    expect(parseCommand(commandData(Array(MOST).fill('')), MOST)).toHaveLength(MOST);
  });
});
