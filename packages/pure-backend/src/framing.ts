/** Tokens on the wire: one octet of flags, four of length, the payload (specification, section 1). */
import { RemctlInvalidTokenError } from '@remctl/core';

/** The flags of a token. */
export const TokenFlag = {
  NOOP: 0x01,
  CONTEXT: 0x02,
  DATA: 0x04,
  MIC: 0x08,
  CONTEXT_NEXT: 0x10,
  SEND_MIC: 0x20,
  PROTOCOL: 0x40,
} as const;

/** The largest token, header included, in octets. */
export const TOKEN_MAX_LENGTH = 1024 * 1024;

const HEADER_LENGTH = 5;
const MAX_PAYLOAD = TOKEN_MAX_LENGTH - HEADER_LENGTH;

export interface FramedToken {
  readonly flags: number;
  /** May share memory with the chunk it came in. */
  readonly payload: Uint8Array;
}

export function encodeToken(flags: number, payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_PAYLOAD) {
    throw new RangeError(`a token of ${payload.length} octets; at most ${MAX_PAYLOAD} fit`);
  }
  const token = Buffer.allocUnsafe(HEADER_LENGTH + payload.length);
  token[0] = flags;
  token.writeUInt32BE(payload.length, 1);
  token.set(payload, HEADER_LENGTH);
  return token;
}

export interface TokenReader {
  /**
   * Takes the next bytes and gives each token they complete. Throws RemctlInvalidTokenError, before
   * memory is taken, where a length is over the limit; the stream is then of no more use. Keeps at most one
   * token, of TOKEN_MAX_LENGTH octets.
   */
  push(chunk: Uint8Array, onToken: (token: FramedToken) => void): void;
  /** Whether a token has begun that is not complete. */
  inToken(): boolean;
}

export function createTokenReader(): TokenReader {
  const header = Buffer.alloc(HEADER_LENGTH);
  let headerFilled = 0;
  /** The payload under way, where it did not come in one chunk. */
  let payload: Uint8Array | undefined;
  let payloadFilled = 0;

  return {
    inToken: () => headerFilled > 0,
    push(chunk, onToken) {
      let at = 0;
      while (at < chunk.length) {
        if (payload === undefined) {
          const taken = chunk.subarray(at, at + HEADER_LENGTH - headerFilled);
          header.set(taken, headerFilled);
          headerFilled += taken.length;
          at += taken.length;
          if (headerFilled < HEADER_LENGTH) {
            return;
          }
          const length = header.readUInt32BE(1);
          if (length > MAX_PAYLOAD) {
            throw new RemctlInvalidTokenError(
              `the server sent a token of ${length} octets; at most ${MAX_PAYLOAD} are allowed`,
            );
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
