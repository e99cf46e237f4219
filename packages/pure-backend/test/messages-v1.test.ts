/** The command and the answer of protocol 1, against what the protocol draws. */
import { RemctlInvalidTokenError } from '@remctl/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAnswerV1, encodeCommandV1 } from '../src/messages-v1.js';
import { decodeCommand, uint32 } from './support/numbers.js';

const someBytes = fc.uint8Array({ maxLength: 60 });

test('arbitrary bytes decode or are refused as invalid', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
      try {
        decodeAnswerV1(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RemctlInvalidTokenError);
      }
    }),
  );
});

test('an answer has output and a status; -1 is a failure; more than 255 is refused', () => {
  const answer = Uint8Array.of(0, 0, 0, 7, 0, 0, 0, 2, 104, 105);
  expect(decodeAnswerV1(answer)).toMatchObject([{ type: 'output', stream: 1 }, { status: 7 }]);
  expect(decodeAnswerV1(Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0))).toEqual([
    { type: 'status', status: 255 },
  ]);
  expect(() => decodeAnswerV1(Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 0))).toThrow(
    RemctlInvalidTokenError,
  );
});

test('a command and an answer are what the protocol draws', () => {
  const status = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(
      fc.array(someBytes, { maxLength: 6 }),
      status,
      someBytes,
      (command, code, output) => {
        // The arguments stand as in protocol 2, where a header of four bytes comes first.
        const found = decodeCommand([Buffer.concat([Buffer.alloc(4), encodeCommandV1(command)])]);
        expect(found.map((each) => Uint8Array.from(each))).toEqual(command);
        const answer = Buffer.concat([uint32(code), uint32(output.length), output]);
        expect(decodeAnswerV1(answer)).toEqual([
          ...(output.length > 0
            ? [{ type: 'output', output: Buffer.from(output), stream: 1 }]
            : []),
          { type: 'status', status: code },
        ]);
      },
    ),
  );
});
