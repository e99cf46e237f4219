/** The command and the answer of protocol 1, beside the protocol's drawings. */
import { RemctlInvalidTokenError } from '@remctl/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAnswerV1, encodeCommandV1 } from '../src/messages-v1.js';
import { COMMAND_HEADER_LENGTH, decodeCommand, uint32 } from './support/numbers.js';

const someBytes = fc.uint8Array({ maxLength: 60 });

test('decodeAnswerV1() decodes arbitrary bytes or refuses them as invalid', () => {
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

test('decodeAnswerV1() gives output and status, 255 for a failure (-1), and refuses other numbers', () => {
  const answer = Uint8Array.of(0, 0, 0, 7, 0, 0, 0, 2, 104, 105);
  expect(decodeAnswerV1(answer)).toMatchObject([{ type: 'output', stream: 1 }, { status: 7 }]);
  expect(decodeAnswerV1(Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0))).toEqual([
    { type: 'status', status: 255 },
  ]);
  expect(() => decodeAnswerV1(Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 0))).toThrow(
    RemctlInvalidTokenError,
  );
});

test('a command and an answer have the layout of the protocol', () => {
  const status = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(
      fc.array(someBytes, { maxLength: 6 }),
      status,
      someBytes,
      (command, code, output) => {
        // In protocol 2 a header comes before the same arguments.
        const header = Buffer.alloc(COMMAND_HEADER_LENGTH);
        const found = decodeCommand([Buffer.concat([header, encodeCommandV1(command)])]);
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
