/**
 * Target: the frames of remctl's tokens (protocol, section 1).
 *
 * The first byte plus one is the length of the chunks in which the rest arrives.
 */
import { RemctlInvalidTokenError } from '@remctl/core';
import { tokenTooLarge } from '@remctl/core/failures';
import { createTokenReader, encodeToken, TOKEN_MAX_LENGTH } from '@remctl/core/wire';
import { requireSame, requireThat, unlessRefused } from '../findings.js';

/**
 * Returns the tokens in `data`, encoded again, and whether the reader refused `data` at some point.
 */
function read(data: Buffer, size: number) {
  const reader = createTokenReader(tokenTooLarge);
  const tokens: Uint8Array[] = [];
  const whole = unlessRefused([RemctlInvalidTokenError], () => {
    for (let at = 0; at < data.length; at += size) {
      reader.push(data.subarray(at, at + size), ({ flags, payload }) => {
        requireThat('a token is within the limit', payload.length < TOKEN_MAX_LENGTH);
        tokens.push(encodeToken(flags, payload));
      });
    }
    return true;
  });
  return { bytes: Buffer.concat(tokens), refused: whole === undefined };
}

export function fuzz(data: Buffer): void {
  const stream = data.subarray(1);
  const whole = read(stream, Math.max(stream.length, 1));
  const chunked = read(stream, (data[0] ?? 0) + 1);
  requireSame('the tokens read at once and in chunks', whole.bytes, chunked.bytes);
  requireThat(
    'a stream is refused both at once and in chunks, or never',
    whole.refused === chunked.refused,
  );
  requireSame('the tokens encoded again', whole.bytes, stream.subarray(0, whole.bytes.length));
}
