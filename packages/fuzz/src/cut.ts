/** Inputs that hold several things: two octets of length before each, the last takes what is left. */

const LENGTH = 2;

/** `data` as `count` pieces. Lengths that go beyond the end end there. */
export function cut(data: Buffer, count: number): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (let piece = 1; piece < count; piece++) {
    const length = at + LENGTH <= data.length ? data.readUInt16BE(at) : 0;
    at = Math.min(at + LENGTH, data.length);
    pieces.push(data.subarray(at, at + length));
    at = Math.min(at + length, data.length);
  }
  return [...pieces, data.subarray(at)];
}

/** The input that `cut` takes apart into `pieces`. */
export function joined(pieces: readonly Uint8Array[]): Buffer {
  const last = pieces.length - 1;
  return Buffer.concat(
    pieces.flatMap((piece, at) => {
      const length = Buffer.alloc(at === last ? 0 : LENGTH);
      if (at !== last) {
        length.writeUInt16BE(piece.length);
      }
      return [length, piece];
    }),
  );
}
