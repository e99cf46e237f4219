import { RemctlInvalidTokenError } from '@remctl/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeAnswerV1,
  decodeMessage,
  encodeCommand,
  MESSAGE_MAX_LENGTH,
} from '../src/messages.js';

function decodeCommand(messages: readonly Uint8Array[]): Buffer[] {
  const whole = Buffer.concat(messages.map((message) => message.subarray(4)));
  const found = [];
  let at = 4;
  while (at < whole.length) {
    const length = whole.readUInt32BE(at);
    found.push(whole.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  expect(found.length).toBe(whole.readUInt32BE(0));
  return found;
}

test('a command is the same once its messages are put together', () => {
  const length = fc.oneof(
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: MESSAGE_MAX_LENGTH - 30, max: MESSAGE_MAX_LENGTH + 30 }),
  );
  fc.assert(
    fc.property(fc.array(length, { maxLength: 6 }), (lengths) => {
      const command = lengths.map((size, index) => Buffer.alloc(size, index + 1));
      const messages = [...encodeCommand(command)];
      expect(messages.every((message) => message.length <= MESSAGE_MAX_LENGTH)).toBe(true);
      const marks = messages.map((message) => message[3]);
      expect(marks).toEqual(
        messages.length === 1
          ? [0]
          : messages.map((_, index) => (index === 0 ? 1 : index === messages.length - 1 ? 3 : 2)),
      );
      expect(Buffer.concat(decodeCommand(messages)).equals(Buffer.concat(command))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test.each([0, 1, 2, 3, 4, 5])(
  'an argument length %i octets from the end is not divided',
  (room) => {
    const first = MESSAGE_MAX_LENGTH - 4 - 4 - 4 - room;
    const messages = [...encodeCommand([Buffer.alloc(first), Buffer.from('second')])];
    expect(messages).toHaveLength(2);
    const cut = messages[0]?.length ?? 0;
    expect(cut === MESSAGE_MAX_LENGTH || cut === MESSAGE_MAX_LENGTH - room).toBe(true);
    if (room < 4) expect(cut).toBe(MESSAGE_MAX_LENGTH - room);
    expect(decodeCommand(messages)[1]?.toString()).toBe('second');
  },
);

test('arbitrary bytes decode or are refused as invalid', () => {
  const start = fc.tuple(fc.constantFrom(1, 2, 3, 4), fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 20 }), (head, tail) => {
      for (const decode of [decodeMessage, decodeAnswerV1]) {
        try {
          decode(Uint8Array.of(...head, ...tail));
        } catch (error) {
          expect(error).toBeInstanceOf(RemctlInvalidTokenError);
        }
      }
    }),
  );
});

test('protocol 1: output and status, a failure, and a status that would lose its meaning', () => {
  const answer = Uint8Array.of(0, 0, 0, 7, 0, 0, 0, 2, 104, 105);
  expect(decodeAnswerV1(answer)).toMatchObject([{ type: 'output', stream: 1 }, { status: 7 }]);
  expect(decodeAnswerV1(Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0))).toEqual([
    { type: 'status', status: 255 },
  ]);
  expect(() => decodeAnswerV1(Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 0))).toThrow(
    RemctlInvalidTokenError,
  );
});
