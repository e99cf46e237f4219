/** The messages of protocols 2 and 3, beside the protocol's drawings. */
import { RemctlInvalidTokenError } from '@remctl/core';
import { MESSAGE_MAX_LENGTH, NUMBER_LENGTH } from '@remctl/core/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../../tools/property-runs.mjs';
import { decodeMessage, encodeCommand } from '../src/messages-v2.js';
import { COMMAND_HEADER_LENGTH, decodeCommand, uint32 } from './support/numbers.js';

test('encodeCommand() divides a command into messages that together hold the same command', () => {
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
  'encodeCommand() does not divide an argument length %i bytes before the end of a message',
  (room) => {
    const first = MESSAGE_MAX_LENGTH - COMMAND_HEADER_LENGTH - 2 * NUMBER_LENGTH - room;
    const messages = [...encodeCommand([Buffer.alloc(first), Buffer.from('second')])];
    expect(messages).toHaveLength(2);
    const cut = messages[0]?.length ?? 0;
    expect(cut === MESSAGE_MAX_LENGTH || cut === MESSAGE_MAX_LENGTH - room).toBe(true);
    if (room < NUMBER_LENGTH) {
      expect(cut).toBe(MESSAGE_MAX_LENGTH - room);
    }
    expect(decodeCommand(messages)[1]?.toString()).toBe('second');
  },
);

test('decodeMessage() decodes arbitrary bytes or refuses them as invalid', () => {
  const start = fc.tuple(fc.constantFrom(1, 2, 3, 4), fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 20 }), (head, tail) => {
      try {
        decodeMessage(Uint8Array.of(...head, ...tail));
      } catch (error) {
        expect(error).toBeInstanceOf(RemctlInvalidTokenError);
      }
    }),
  );
});

const anyUint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const someBytes = fc.uint8Array({ maxLength: 60 });

test('decodeMessage() reads the layouts of the protocol, whole and alone', () => {
  const message = fc.oneof(
    fc.tuple(fc.constantFrom(1, 2), someBytes).map(([stream, output]) => ({
      bytes: Buffer.concat([Buffer.of(3, stream), uint32(output.length), output]),
      value: { type: 'output', output: Buffer.from(output), stream },
    })),
    fc.integer({ min: 0, max: 255 }).map((status) => ({
      bytes: Buffer.of(4, status),
      value: { type: 'status', status },
    })),
    fc.tuple(anyUint32, someBytes).map(([error, output]) => ({
      bytes: Buffer.concat([Buffer.of(5), uint32(error), uint32(output.length), output]),
      value: { type: 'error', error, output: Buffer.from(output) },
    })),
    fc.integer({ min: 0, max: 255 }).map((highest) => ({
      bytes: Buffer.of(6, highest),
      value: { type: 'version', highest },
    })),
    fc.constant({ bytes: Buffer.of(7), value: { type: 'noop' } }),
  );
  fc.assert(
    fc.property(fc.constantFrom(2, 3), message, someBytes, (version, { bytes, value }, more) => {
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
