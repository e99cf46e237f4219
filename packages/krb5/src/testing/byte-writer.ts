/**
 * Makes big-endian numbers, each a chunk for Buffer.concat. Each function throws RangeError if a
 * number is out of range.
 */

export function uint8(value: number): Buffer {
  const chunk = Buffer.alloc(1);
  chunk.writeUInt8(value);
  return chunk;
}

export function uint16(value: number): Buffer {
  const chunk = Buffer.alloc(2);
  chunk.writeUInt16BE(value);
  return chunk;
}

export function int16(value: number): Buffer {
  const chunk = Buffer.alloc(2);
  chunk.writeInt16BE(value);
  return chunk;
}

export function uint32(value: number): Buffer {
  const chunk = Buffer.alloc(4);
  chunk.writeUInt32BE(value);
  return chunk;
}

export function int32(value: number): Buffer {
  const chunk = Buffer.alloc(4);
  chunk.writeInt32BE(value);
  return chunk;
}
