/**
 * Joins byte strings into one input, and splits it again.
 *
 * Two bytes of length stand before each piece. The last piece has no length and takes the rest.
 */

const LENGTH_BYTES = 2;

/** Splits `data` into `count` pieces. A length beyond the end of `data` ends there. */
export function splitPieces(data: Buffer, count: number): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (let piece = 1; piece < count; piece++) {
    const length = at + LENGTH_BYTES <= data.length ? data.readUInt16BE(at) : 0;
    at = Math.min(at + LENGTH_BYTES, data.length);
    pieces.push(data.subarray(at, at + length));
    at = Math.min(at + length, data.length);
  }
  return [...pieces, data.subarray(at)];
}

/** Returns the input that `splitPieces` splits into `pieces`. */
export function joinPieces(pieces: readonly Uint8Array[]): Buffer {
  const last = pieces.length - 1;
  return Buffer.concat(
    pieces.flatMap((piece, at) => {
      const length = Buffer.alloc(at === last ? 0 : LENGTH_BYTES);
      if (at !== last) {
        length.writeUInt16BE(piece.length);
      }
      return [length, piece];
    }),
  );
}
