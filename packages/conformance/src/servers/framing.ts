/** Tokens as a server frames and reads them, well formed or not. */
import type { Socket } from 'node:net';
import { TOKEN_HEADER_LENGTH, TOKEN_LENGTH_OFFSET } from '@remctl/core/wire';

/** The largest length that a header can claim: 4 GiB less a byte. */
export const LARGEST_LENGTH = 0xffff_ffff;

/** A token without its header. */
export interface WireToken {
  readonly flags: number;
  readonly payload: Buffer;
}

/**
 * Encodes a token (protocol, section 1).
 *
 * `length` is the length that its header claims; the payload's own without it.
 */
export function frame(flags: number, payload: Uint8Array, length = payload.length): Buffer {
  const header = Buffer.alloc(TOKEN_HEADER_LENGTH);
  header.writeUInt8(flags);
  header.writeUInt32BE(length, TOKEN_LENGTH_OFFSET);
  return Buffer.concat([header, payload]);
}

/** The client closed the connection. A script may end with it at any time: it is no failure. */
export class ClientGone extends Error {}

/**
 * Returns a function that gives the client's next token at each call.
 *
 * The function throws ClientGone if the client closed the connection and no token is left.
 */
export function readTokens(socket: Socket): () => Promise<WireToken> {
  let bytes = Buffer.alloc(0);
  let gone = false;
  let wake: () => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    wake();
  });
  const onGone = () => {
    gone = true;
    wake();
  };
  socket.on('end', onGone);
  socket.on('close', onGone);

  function take(): WireToken | undefined {
    if (bytes.length < TOKEN_HEADER_LENGTH) {
      return undefined;
    }
    const end = TOKEN_HEADER_LENGTH + bytes.readUInt32BE(TOKEN_LENGTH_OFFSET);
    if (bytes.length < end) {
      return undefined;
    }
    const token = { flags: bytes.readUInt8(), payload: bytes.subarray(TOKEN_HEADER_LENGTH, end) };
    bytes = bytes.subarray(end);
    return token;
  }

  return async () => {
    for (;;) {
      const token = take();
      if (token !== undefined) {
        return token;
      }
      if (gone) {
        throw new ClientGone('the client hung up');
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
}
