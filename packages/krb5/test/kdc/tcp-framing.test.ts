/** A KDC's answer over TCP, read from chunks. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAnswerReader, MAX_TCP_ANSWER } from '../../src/kdc/tcp-framing.js';
import { lengthPrefixed } from '../support/connection.js';

test('an answer is the same in chunks of any length', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.uint8Array({ maxLength: 5 }),
      fc.integer({ min: 1, max: 70 }),
      (message, after, size) => {
        const read = createAnswerReader();
        const bytes = Buffer.concat([lengthPrefixed(message), after]);
        for (let at = 0; at < bytes.length; at += size) {
          const answer = read(bytes.subarray(at, at + size));
          expect(answer !== undefined).toBe(at + size >= message.length + 4);
          if (answer !== undefined) {
            expect(Buffer.from(answer)).toEqual(Buffer.from(message));
            return;
          }
        }
      },
    ),
  );
});

test.each([MAX_TCP_ANSWER + 1, 0x8000_0000, 0xffff_ffff])(
  'an announced length of %i is refused at once',
  (length) => {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(length);
    expect(() => createAnswerReader()(prefix)).toThrow(`an answer of ${length} bytes`);
  },
);

test('a caller may overwrite a chunk that has been read', () => {
  const read = createAnswerReader();
  const chunk = lengthPrefixed(Buffer.from('answer'));
  read(chunk.subarray(0, 7));
  chunk.fill(0, 0, 7);
  expect(Buffer.from(read(chunk.subarray(7)) ?? []).toString()).toBe('answer');
});
