/** The frames of remctl's tokens. The first octet says how long the pieces are that they come in. */
import { RemctlInvalidTokenError } from '@remctl/core';
import { TOKEN_MAX_LENGTH } from '@remctl/core/wire';
import { requireSame, requireThat, unlessRefused } from '../findings.js';
import { createTokenReader, encodeToken } from '../pure-backend.js';

/** The tokens in `data`, each encoded anew, and whether the reader refused it at some point. */
function read(data: Buffer, size: number) {
  const reader = createTokenReader();
  const tokens: Uint8Array[] = [];
  const whole = unlessRefused([RemctlInvalidTokenError], () => {
    for (let at = 0; at < data.length; at += size) {
      reader.push(data.subarray(at, at + size), ({ flags, payload }) => {
        requireThat('a token is not over the limit', payload.length < TOKEN_MAX_LENGTH);
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
  const pieces = read(stream, (data[0] ?? 0) + 1);
  requireSame('read at once and in pieces', whole.bytes, pieces.bytes);
  requireThat('it is refused the same at once and in pieces', whole.refused === pieces.refused);
  requireSame('encoded anew', whole.bytes, stream.subarray(0, whole.bytes.length));
}
