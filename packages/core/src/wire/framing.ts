/** Tokens on the wire: flags, length, payload (protocol, section 1). */
import { TOKEN_HEADER_LENGTH, TOKEN_LENGTH_OFFSET, TOKEN_MAX_LENGTH } from './constants.js';

/** Bytes of a payload at most. */
const MAX_PAYLOAD = TOKEN_MAX_LENGTH - TOKEN_HEADER_LENGTH;

export interface FramedToken {
  /** A set of `TokenFlag`. */
  readonly flags: number;
  /** May share memory with the chunk it arrived in. */
  readonly payload: Uint8Array;
}

/** Encodes the header of a token whose payload has `length` bytes, at most MAX_PAYLOAD. */
export function encodeTokenHeader(flags: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(TOKEN_HEADER_LENGTH);
  header[0] = flags;
  header.writeUInt32BE(length, TOKEN_LENGTH_OFFSET);
  return header;
}

/** Encodes a token with its header. Throws RangeError if the payload is larger than a token may be. */
export function encodeToken(flags: number, payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_PAYLOAD) {
    throw new RangeError(`a token of ${payload.length} bytes; at most ${MAX_PAYLOAD} fit`);
  }
  const token = Buffer.allocUnsafe(TOKEN_HEADER_LENGTH + payload.length);
  token[0] = flags;
  token.writeUInt32BE(payload.length, TOKEN_LENGTH_OFFSET);
  token.set(payload, TOKEN_HEADER_LENGTH);
  return token;
}

export interface TokenReader {
  /**
   * Takes the next bytes and gives each token that they complete. Keeps at most one token of
   * TOKEN_MAX_LENGTH bytes.
   *
   * Throws the error of `tooLarge`, before it takes memory, if a token claims more bytes. The reader is of
   * no more use then.
   */
  push(chunk: Uint8Array, onToken: (token: FramedToken) => void): void;
  /** Whether a token has begun and is not complete. */
  inToken(): boolean;
}

/**
 * Makes a reader of one stream of tokens. `tooLarge` makes the error for a payload of `length` bytes, more
 * than the `most` that are allowed.
 */
export function createTokenReader(tooLarge: (length: number, most: number) => Error): TokenReader {
  const header = Buffer.alloc(TOKEN_HEADER_LENGTH);
  let headerFilled = 0;
  /** The payload under way, unless it is all in one chunk. */
  let payload: Uint8Array | undefined;
  let payloadFilled = 0;

  return {
    inToken: () => headerFilled > 0,
    push(chunk, onToken) {
      let at = 0;
      while (at < chunk.length) {
        if (payload === undefined) {
          const taken = chunk.subarray(at, at + TOKEN_HEADER_LENGTH - headerFilled);
          header.set(taken, headerFilled);
          headerFilled += taken.length;
          at += taken.length;
          if (headerFilled < TOKEN_HEADER_LENGTH) {
            return;
          }
          const length = header.readUInt32BE(TOKEN_LENGTH_OFFSET);
          if (length > MAX_PAYLOAD) {
            throw tooLarge(length, MAX_PAYLOAD);
          }
          if (chunk.length - at >= length) {
            headerFilled = 0;
            const whole = chunk.subarray(at, at + length);
            at += length;
            onToken({ flags: header.readUInt8(0), payload: whole });
            continue;
          }
          payload = new Uint8Array(length);
          payloadFilled = 0;
        }
        const taken = chunk.subarray(at, at + payload.length - payloadFilled);
        payload.set(taken, payloadFilled);
        payloadFilled += taken.length;
        at += taken.length;
        if (payloadFilled === payload.length) {
          const whole = payload;
          payload = undefined;
          headerFilled = 0;
          onToken({ flags: header.readUInt8(0), payload: whole });
        }
      }
    },
  };
}
