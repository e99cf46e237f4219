/** Takes tokens out of a connection's bytes, one at a time. */
import { asBuffer } from './as-buffer.js';
import { TOKEN_HEADER_LENGTH, TOKEN_LENGTH_OFFSET } from './constants.js';
import type { FramedToken } from './framing.js';

/** The next token has not come whole. */
export const INCOMPLETE = 'incomplete';
/** The next token claims more bytes than are allowed. The input is of no more use. */
export const TOO_LARGE = 'too large';

/**
 * Bytes on their way to tokens. Nothing is taken out before somebody asks: a client that sends ahead costs
 * its bytes and no more.
 */
export interface TokenInput {
  /** Bytes that have come and are not taken. The input takes at most twice as much memory, or 64 KiB more. */
  readonly held: number;
  /** Adds bytes as they arrived. The caller must leave them alone from then on. */
  push(chunk: Uint8Array): void;
  /**
   * Takes the next token, whose payload may have `most` bytes. The payload shares memory with what was pushed;
   * nothing changes it later.
   */
  next(most: number): FramedToken | typeof INCOMPLETE | typeof TOO_LARGE;
  /** Forgets all bytes. */
  clear(): void;
}

const NOTHING = Buffer.alloc(0);
/** Bytes of room for what comes next, at most. */
const ROOM_MOST = 64 * 1024;

/** Makes the input of one connection. */
export function createTokenInput(): TokenInput {
  // The bytes from `start` to `end` have not been taken. Beyond `end` there may be room for more.
  let bytes: Buffer = NOTHING;
  let start = 0;
  let end = 0;

  function clear(): void {
    bytes = NOTHING;
    start = 0;
    end = 0;
  }

  return {
    get held() {
      return end - start;
    },
    push(chunk) {
      const held = end - start;
      if (held === 0) {
        bytes = asBuffer(chunk);
        start = 0;
        end = chunk.length;
        return;
      }
      if (bytes.length - end < chunk.length) {
        // Room for more: a client that sends byte by byte must not cause a copy for each.
        const needed = held + chunk.length;
        const larger = Buffer.allocUnsafe(needed + Math.min(needed, ROOM_MOST));
        bytes.copy(larger, 0, start, end);
        bytes = larger;
        start = 0;
        end = held;
      }
      bytes.set(chunk, end);
      end += chunk.length;
    },
    next(most) {
      if (end - start < TOKEN_HEADER_LENGTH) {
        return INCOMPLETE;
      }
      const length = bytes.readUInt32BE(start + TOKEN_LENGTH_OFFSET);
      if (length > most) {
        return TOO_LARGE;
      }
      const payloadAt = start + TOKEN_HEADER_LENGTH;
      if (end - payloadAt < length) {
        return INCOMPLETE;
      }
      const token = {
        flags: bytes.readUInt8(start),
        payload: bytes.subarray(payloadAt, payloadAt + length),
      };
      start = payloadAt + length;
      if (start === end) {
        clear();
      }
      return token;
    },
    clear,
  };
}
