/** Tokens out of bytes, however the bytes are divided. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTokenInput, encodeToken, INCOMPLETE, TOO_LARGE } from '../../src/wire/index.js';

const MOST = 1000;

const token = fc.record({ flags: fc.nat(255), payload: fc.uint8Array({ maxLength: 100 }) });

test('any division of the bytes gives the same tokens', () => {
  fc.assert(
    fc.property(
      fc.array(token),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
      (tokens, lengths) => {
        const bytes = Buffer.concat(tokens.map((each) => encodeToken(each.flags, each.payload)));
        const input = createTokenInput();
        const seen: { flags: number; payload: Uint8Array }[] = [];
        let left = bytes.length;
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const length = lengths[turn % lengths.length] ?? 1;
          input.push(Buffer.from(bytes.subarray(at, at + length)));
          at += length;
          left = bytes.length - Math.min(at, bytes.length);
          // Every other time, tokens are left to wait.
          while (turn % 2 === 1 || left === 0) {
            const next = input.next(MOST);
            if (next === INCOMPLETE) {
              break;
            }
            if (next === TOO_LARGE) {
              throw new Error('too large');
            }
            seen.push(next);
          }
        }
        expect(input.held).toBe(0);
        // Payloads are compared at the end: nothing that came later has changed them.
        expect(
          seen.map(({ flags, payload }) => ({ flags, payload: Uint8Array.from(payload) })),
        ).toEqual(tokens);
      },
    ),
  );
});

test('a token that claims too many bytes is refused by its header alone', () => {
  const input = createTokenInput();
  input.push(Buffer.of(0x44, 0, 0, 0x03));
  expect(input.next(MOST)).toBe(INCOMPLETE);
  input.push(Buffer.of(0xe9));
  expect(input.next(MOST)).toBe(TOO_LARGE);
});

test('a token of exactly the most bytes is taken', () => {
  const input = createTokenInput();
  input.push(encodeToken(0x44, Buffer.alloc(MOST, 1)));
  expect(input.next(MOST)).toMatchObject({ flags: 0x44, payload: Buffer.alloc(MOST, 1) });
});

test('bytes that come one by one take memory of the order of their number', () => {
  const input = createTokenInput();
  input.push(Buffer.of(0x44, 0, 0x10, 0, 0));
  const before = process.memoryUsage();
  for (let at = 0; at < 100_000; at += 1) {
    input.push(Buffer.of(1));
  }
  globalThis.gc?.();
  const after = process.memoryUsage();
  expect(input.held).toBe(100_005);
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(10_000_000);
});
