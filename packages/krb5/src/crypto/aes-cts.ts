/**
 * AES in CBC mode with ciphertext stealing (RFC 3962, section 5).
 *
 * It is CBC with a zero initial vector. The last two blocks are swapped, and the last one is then
 * cut to the input's length.
 */
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

/** Octets in a block. */
export const AES_BLOCK = 16;
/** Kerberos's initial vector for every message (RFC 3962, section 5). */
export const ZERO_IV = new Uint8Array(AES_BLOCK);
/** Octets of random data before every plaintext: one block (RFC 3961, section 5.3). */
export const CONFOUNDER_LENGTH = AES_BLOCK;

/** The names that node:crypto has for the ciphers. */
export type CbcCipher = 'aes-128-cbc' | 'aes-256-cbc';

/** Rounds `length` octets up to whole blocks. */
export function paddedLength(length: number): number {
  return Math.ceil(length / AES_BLOCK) * AES_BLOCK;
}

/**
 * Encrypts the first `length` octets of `padded`, at least 16. `padded` has `paddedLength(length)`
 * octets, with zeros at the end. Returns `length` octets.
 */
export function ctsEncrypt(
  cipher: CbcCipher,
  key: KeyObject | Uint8Array,
  padded: Uint8Array,
  length: number,
): Buffer {
  const blocks = createCipheriv(cipher, key, ZERO_IV).setAutoPadding(false).update(padded);
  if (blocks.length > AES_BLOCK) {
    swapLastBlocks(blocks);
  }
  return blocks.subarray(0, length);
}

/** Decrypts `ciphertext`, at least 16 octets. Returns as many. */
export function ctsDecrypt(
  cipher: CbcCipher,
  key: KeyObject | Uint8Array,
  ciphertext: Uint8Array,
): Buffer {
  const { length } = ciphertext;
  const blocks = Buffer.alloc(paddedLength(length));
  blocks.set(ciphertext);
  if (blocks.length > AES_BLOCK) {
    const end = blocks.length - AES_BLOCK;
    if (length < blocks.length) {
      // In the padding's place, the block before the last decrypts to the stolen octets.
      const last = blocks.subarray(end - AES_BLOCK, end);
      const opened = createDecipheriv(cipher, key, ZERO_IV).setAutoPadding(false).update(last);
      opened.copy(blocks, length, length - end);
    }
    swapLastBlocks(blocks);
  }
  return createDecipheriv(cipher, key, ZERO_IV)
    .setAutoPadding(false)
    .update(blocks)
    .subarray(0, length);
}

function swapLastBlocks(blocks: Buffer): void {
  const end = blocks.length - AES_BLOCK;
  const last = Uint8Array.prototype.slice.call(blocks, end);
  blocks.copyWithin(end, end - AES_BLOCK, end);
  blocks.set(last, end - AES_BLOCK);
}
