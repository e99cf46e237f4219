/** n-fold (RFC 3961, section 5.1). */

const ROTATION_BITS = 13;

/**
 * Stretches or compresses `input` to `length` octets. Copies of `input`, each rotated right by 13
 * bits more than the one before, are laid end to end up to the least common multiple of the two
 * lengths. The result is the ones' complement sum of all pieces of `length` octets. `input` is not
 * empty and `length` is not 0.
 */
export function nfold(input: Uint8Array, length: number): Buffer {
  const total = leastCommonMultiple(input.length, length);
  const folded = Buffer.alloc(length);
  let carry = 0;
  for (let position = total - 1; position >= 0; position--) {
    const at = position % length;
    const sum = (folded[at] ?? 0) + rotatedOctet(input, position) + carry;
    folded[at] = sum & 0xff;
    carry = sum >> 8;
  }
  for (let at = length - 1; carry > 0; at = (at + length - 1) % length) {
    const sum = (folded[at] ?? 0) + carry;
    folded[at] = sum & 0xff;
    carry = sum >> 8;
  }
  return folded;
}

/** Returns the octet at `position` in the row of rotated copies. */
function rotatedOctet(input: Uint8Array, position: number): number {
  const bits = input.length * 8;
  const copy = Math.floor(position / input.length);
  const at = (position % input.length) * 8;
  const firstBit = (((at - ROTATION_BITS * copy) % bits) + bits) % bits;
  const index = firstBit >> 3;
  const high = input[index] ?? 0;
  const low = input[(index + 1) % input.length] ?? 0;
  return (((high << 8) | low) >> (8 - (firstBit & 7))) & 0xff;
}

function leastCommonMultiple(a: number, b: number): number {
  let [larger, smaller] = [a, b];
  while (smaller > 0) {
    [larger, smaller] = [smaller, larger % smaller];
  }
  return (a / larger) * b;
}
