/** Takes requests out of a TCP stream (RFC 4120, section 7.2.2). */

/** The most bytes of a request. A ticket and its authenticator take some 2 KiB. */
export const MAX_REQUEST = 64 * 1024;

const LENGTH_OCTETS = 4;

/** What a chunk has completed: requests, and whether the next one is too long. */
export interface ReadRequests {
  readonly requests: readonly Uint8Array[];
  readonly tooLong: boolean;
}

/**
 * Makes a reader that takes a stream's chunks and gives the requests in them. It keeps at most one
 * request of `MAX_REQUEST` bytes, however the bytes come. After `tooLong` it must not be called again.
 */
export function createRequestReader(): (chunk: Uint8Array) => ReadRequests {
  const prefix = Buffer.alloc(LENGTH_OCTETS);
  let prefixFilled = 0;
  let request: Uint8Array | undefined;
  let filled = 0;
  return (chunk) => {
    const requests: Uint8Array[] = [];
    let rest = chunk;
    for (;;) {
      if (request === undefined) {
        const head = rest.subarray(0, LENGTH_OCTETS - prefixFilled);
        prefix.set(head, prefixFilled);
        prefixFilled += head.length;
        rest = rest.subarray(head.length);
        if (prefixFilled < LENGTH_OCTETS) {
          return { requests, tooLong: false };
        }
        // The high bit is reserved: a length that sets it is too long as well.
        const length = prefix.readUInt32BE(0);
        if (length > MAX_REQUEST) {
          return { requests, tooLong: true };
        }
        request = new Uint8Array(length);
        prefixFilled = 0;
        filled = 0;
      }
      const piece = rest.subarray(0, request.length - filled);
      request.set(piece, filled);
      filled += piece.length;
      rest = rest.subarray(piece.length);
      if (filled < request.length) {
        return { requests, tooLong: false };
      }
      requests.push(request);
      request = undefined;
    }
  };
}

/** Puts the four octets of the length before an answer. */
export function frameAnswer(answer: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_OCTETS);
  length.writeUInt32BE(answer.length);
  return Buffer.concat([length, answer]);
}
