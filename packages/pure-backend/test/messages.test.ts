import { RemctlInvalidTokenError } from '@remctl/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../../tools/property-runs.mjs';
import {
  decodeAnswerV1,
  decodeMessage,
  encodeCommand,
  encodeCommandV1,
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
    runs(60),
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
    if (room < 4) {
      expect(cut).toBe(MESSAGE_MAX_LENGTH - room);
    }
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

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const octets = fc.uint8Array({ maxLength: 60 });

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

test('messages of a server of protocol 2 and 3 are what the specification draws', () => {
  const message = fc.oneof(
    fc.tuple(fc.constantFrom(1, 2), octets).map(([stream, output]) => ({
      bytes: Buffer.concat([Buffer.of(3, stream), number(output.length), output]),
      value: { type: 'output', output: Buffer.from(output), stream },
    })),
    fc.integer({ min: 0, max: 255 }).map((status) => ({
      bytes: Buffer.of(4, status),
      value: { type: 'status', status },
    })),
    fc.tuple(uint32, octets).map(([error, output]) => ({
      bytes: Buffer.concat([Buffer.of(5), number(error), number(output.length), output]),
      value: { type: 'error', error, output: Buffer.from(output) },
    })),
    fc.integer({ min: 0, max: 255 }).map((highest) => ({
      bytes: Buffer.of(6, highest),
      value: { type: 'version', highest },
    })),
    fc.constant({ bytes: Buffer.of(7), value: { type: 'noop' } }),
  );
  fc.assert(
    fc.property(fc.constantFrom(2, 3), message, octets, (version, { bytes, value }, more) => {
      const whole = Buffer.concat([Buffer.of(version), bytes]);
      expect(decodeMessage(whole)).toEqual(value);
      // No part of a message is a message, and nothing may follow it.
      expect(() => decodeMessage(whole.subarray(0, -1))).toThrow(RemctlInvalidTokenError);
      if (more.length > 0) {
        expect(() => decodeMessage(Buffer.concat([whole, more]))).toThrow(RemctlInvalidTokenError);
      }
    }),
  );
});

test('protocol 1: a command and an answer are what the specification draws', () => {
  const status = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.array(octets, { maxLength: 6 }), status, octets, (command, code, output) => {
      // The arguments of a command stand as those of protocol 2 do, after its header of four octets.
      const found = decodeCommand([Buffer.concat([Buffer.alloc(4), encodeCommandV1(command)])]);
      expect(found.map((each) => Uint8Array.from(each))).toEqual(command);
      const answer = Buffer.concat([number(code), number(output.length), output]);
      expect(decodeAnswerV1(answer)).toEqual([
        ...(output.length > 0 ? [{ type: 'output', output: Buffer.from(output), stream: 1 }] : []),
        { type: 'status', status: code },
      ]);
    }),
  );
});
