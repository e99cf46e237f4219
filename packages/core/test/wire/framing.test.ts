/** Tokens on the wire, divided in any way. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RemctlInvalidTokenError } from '../../src/errors.js';
import { tokenTooLarge } from '../../src/failures.js';
import {
  createTokenReader,
  encodeToken,
  type FramedToken,
  TOKEN_HEADER_LENGTH,
  TOKEN_MAX_LENGTH,
} from '../../src/wire/index.js';

function read(chunks: readonly Uint8Array[]): FramedToken[] {
  const reader = createTokenReader(tokenTooLarge);
  const tokens: FramedToken[] = [];
  for (const chunk of chunks) {
    reader.push(chunk, (token) => tokens.push(token));
  }
  return tokens.map(({ flags, payload }) => ({ flags, payload: Uint8Array.from(payload) }));
}

test('a reader gives the same tokens however the bytes are divided', () => {
  const token = fc.record({
    flags: fc.integer({ min: 0, max: 255 }),
    payload: fc.uint8Array({ maxLength: 40 }),
  });
  fc.assert(
    fc.property(fc.array(token), fc.integer({ min: 1, max: 60 }), (tokens, size) => {
      const bytes = Buffer.concat(tokens.map(({ flags, payload }) => encodeToken(flags, payload)));
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) {
        chunks.push(bytes.subarray(at, at + size));
      }
      expect(read(chunks)).toEqual(
        tokens.map(({ flags, payload }) => ({ flags, payload: Uint8Array.from(payload) })),
      );
    }),
  );
});

test('a reader refuses a length over the limit from the header alone', () => {
  const header = Buffer.alloc(TOKEN_HEADER_LENGTH);
  header.writeUInt32BE(TOKEN_MAX_LENGTH - 4, 1);
  expect(() => read([header])).toThrow(RemctlInvalidTokenError);
});

test('a reader takes or refuses arbitrary bytes, with the same result however they are divided', () => {
  const header = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 6 }));
  const start = header.map(([flags, length]) => Uint8Array.of(flags, 0, 0, 0, length));
  const bytes = fc.array(fc.oneof(start, fc.uint8Array({ maxLength: 8 }))).map(Buffer.concat);
  const end = (chunks: readonly Uint8Array[]) => {
    try {
      return read(chunks);
    } catch (error) {
      expect(error).toBeInstanceOf(RemctlInvalidTokenError);
      return String(error);
    }
  };
  fc.assert(
    fc.property(bytes, (whole) => {
      const singleBytes = Array.from(whole, (_, at) => whole.subarray(at, at + 1));
      expect(end(singleBytes)).toEqual(end([whole]));
    }),
  );
});
