/** Bytes that grow piece by piece. */
import { RemctlOutputLimitError } from '../errors.js';

const FIRST_CAPACITY = 1024;

export interface GrowingBytes {
  readonly length: number;
  /** Throws RemctlOutputLimitError if this machine has no memory for more. */
  append(piece: Uint8Array): void;
  /** Returns what was appended, in memory of its own. */
  bytes(): Uint8Array;
}

/** Makes an empty one. It takes at most three times the memory of its bytes, however small the pieces are. */
export function growingBytes(): GrowingBytes {
  let buffer = new Uint8Array(FIRST_CAPACITY);
  let length = 0;
  return {
    get length() {
      return length;
    },
    append(piece) {
      if (buffer.length - length < piece.length) {
        const larger = allocate(Math.max(buffer.length * 2, length + piece.length));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(piece, length);
      length += piece.length;
    },
    bytes: () => buffer.slice(0, length),
  };
}

function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new RemctlOutputLimitError(
      `there is no memory for ${length} bytes of output: read run.stdout and run.stderr instead`,
      length,
      { cause },
    );
  }
}
