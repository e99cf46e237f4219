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
 * Makes a reader that takes a stream's chunks and gives the requests in them. It keeps at most
 * `MAX_REQUEST` bytes and what is left of a chunk. After `tooLong` it must not be called again.
 */
export function createRequestReader(): (chunk: Uint8Array) => ReadRequests {
  let kept: Uint8Array = new Uint8Array();
  return (chunk) => {
    let bytes = Buffer.concat([kept, chunk]);
    const requests: Uint8Array[] = [];
    while (bytes.length >= LENGTH_OCTETS) {
      // The high bit is reserved: a length that sets it is too long as well.
      const length = bytes.readUInt32BE(0);
      if (length > MAX_REQUEST) {
        return { requests, tooLong: true };
      }
      const end = LENGTH_OCTETS + length;
      if (bytes.length < end) {
        break;
      }
      requests.push(bytes.subarray(LENGTH_OCTETS, end));
      bytes = bytes.subarray(end);
    }
    kept = new Uint8Array(bytes);
    return { requests, tooLong: false };
  };
}

/** Puts the four octets of the length before an answer. */
export function frameAnswer(answer: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_OCTETS);
  length.writeUInt32BE(answer.length);
  return Buffer.concat([length, answer]);
}
