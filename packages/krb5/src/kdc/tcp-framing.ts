/** Frames of KDC messages by TCP (RFC 4120, section 7.2.2). */

/** The most bytes of an answer. It carries a ticket of at most some 64 KiB; this leaves room. */
export const MAX_TCP_ANSWER = 1024 * 1024;

const LENGTH_OCTETS = 4;

/** Puts the four octets of the length before a request. */
export function frameRequest(request: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_OCTETS);
  length.writeUInt32BE(request.length);
  return Buffer.concat([length, request]);
}

/**
 * Takes the stream's next bytes, and returns the answer once it is complete; bytes after it are
 * ignored. Throws Error for a length above `MAX_TCP_ANSWER`. It keeps at most the announced length,
 * however the bytes come: a chunk is copied, not held.
 */
export type AnswerReader = (chunk: Uint8Array) => Uint8Array | undefined;

/** Makes a reader for one answer. */
export function createAnswerReader(): AnswerReader {
  const prefix = Buffer.alloc(LENGTH_OCTETS);
  let prefixFilled = 0;
  let answer: Uint8Array | undefined;
  let filled = 0;
  return (chunk) => {
    const head = chunk.subarray(0, LENGTH_OCTETS - prefixFilled);
    prefix.set(head, prefixFilled);
    prefixFilled += head.length;
    if (prefixFilled < LENGTH_OCTETS) {
      return undefined;
    }
    if (answer === undefined) {
      const length = prefix.readUInt32BE(0);
      // The high bit is reserved (section 7.2.2): a length that sets it is too long as well.
      if (length > MAX_TCP_ANSWER) {
        throw new Error(`the KDC announced an answer of ${length} bytes`);
      }
      answer = new Uint8Array(length);
    }
    const piece = chunk.subarray(head.length, head.length + answer.length - filled);
    answer.set(piece, filled);
    filled += piece.length;
    return filled === answer.length ? answer : undefined;
  };
}
