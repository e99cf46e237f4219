/**
 * AES in CBC mode with ciphertext stealing (RFC 3962, section 5).
 *
 * It is CBC with a zero initial vector. The last two blocks are swapped, and the last one is then
 * cut to the input's length.
 */
import {
  type Cipher,
  createCipheriv,
  createDecipheriv,
  type Decipher,
  type KeyObject,
} from 'node:crypto';

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

/** Whether a cipher object is freed without `final()`. Deno keeps the memory of such an object for ever. */
const FREES_UNFINISHED = process.versions.deno === undefined;

/** Returns what a new cipher object makes of whole blocks, and ends the object. */
export function transformed(object: Cipher | Decipher, blocks: Uint8Array): Buffer {
  object.setAutoPadding(false);
  return Buffer.concat([object.update(blocks), object.final()]);
}

/** AES-CTS with one key. */
export interface Cts {
  /**
   * Encrypts the first `length` octets of `padded`, at least 16. `padded` has `paddedLength(length)`
   * octets, with zeros at the end; its content is lost. Returns `length` octets.
   */
  encrypt(padded: Buffer, length: number): Buffer;
  /** Decrypts `ciphertext`, at least 16 octets. Returns as many. */
  decrypt(ciphertext: Uint8Array): Buffer;
}

/**
 * Makes AES-CTS with one key. Cipher objects cost several times what a short message does, so each
 * is made when first needed, and kept.
 */
export function createCts(cipher: CbcCipher, key: KeyObject): Cts {
  let encryptBlocks: ((blocks: Buffer) => Buffer) | undefined;
  let decryptBlocks: ((blocks: Buffer) => Buffer) | undefined;
  return {
    encrypt(padded, length) {
      encryptBlocks ??= FREES_UNFINISHED
        ? cbcEncryptor(cipher, key)
        : (blocks) => transformed(createCipheriv(cipher, key, ZERO_IV), blocks);
      const blocks = encryptBlocks(padded);
      if (blocks.length > AES_BLOCK) {
        swapLastBlocks(blocks);
      }
      return blocks.subarray(0, length);
    },
    decrypt(ciphertext) {
      decryptBlocks ??= FREES_UNFINISHED
        ? cbcDecryptor(cipher, key)
        : (blocks) => transformed(createDecipheriv(cipher, key, ZERO_IV), blocks);
      const { length } = ciphertext;
      const blocks = Buffer.alloc(paddedLength(length));
      blocks.set(ciphertext);
      if (blocks.length > AES_BLOCK) {
        const end = blocks.length - AES_BLOCK;
        if (length < blocks.length) {
          // In the padding's place, the block before the last decrypts to the stolen octets.
          const last = blocks.subarray(end - AES_BLOCK, end);
          decryptBlocks(last).copy(blocks, length, length - end);
        }
        swapLastBlocks(blocks);
      }
      return decryptBlocks(blocks).subarray(0, length);
    },
  };
}

/**
 * Returns CBC encryption that begins anew with each call. The cipher object goes on from the last
 * block that it gave, so that block is taken out of the next call's first one, which is changed.
 */
function cbcEncryptor(cipher: CbcCipher, key: KeyObject): (blocks: Buffer) => Buffer {
  const object = createCipheriv(cipher, key, ZERO_IV).setAutoPadding(false);
  const last = Buffer.alloc(AES_BLOCK);
  return (blocks) => {
    xorFirstBlock(blocks, last);
    const encrypted = object.update(blocks);
    encrypted.copy(last, 0, encrypted.length - AES_BLOCK);
    return encrypted;
  };
}

/** Returns CBC decryption that begins anew with each call: see `cbcEncryptor`. */
function cbcDecryptor(cipher: CbcCipher, key: KeyObject): (blocks: Buffer) => Buffer {
  const object = createDecipheriv(cipher, key, ZERO_IV).setAutoPadding(false);
  const last = Buffer.alloc(AES_BLOCK);
  return (blocks) => {
    const decrypted = object.update(blocks);
    xorFirstBlock(decrypted, last);
    blocks.copy(last, 0, blocks.length - AES_BLOCK);
    return decrypted;
  };
}

function xorFirstBlock(blocks: Buffer, other: Buffer): void {
  for (let at = 0; at < AES_BLOCK; at += 1) {
    blocks[at] = (blocks[at] ?? 0) ^ (other[at] ?? 0);
  }
}

function swapLastBlocks(blocks: Buffer): void {
  const end = blocks.length - AES_BLOCK;
  for (let at = end; at < blocks.length; at += 1) {
    const octet = blocks[at] ?? 0;
    blocks[at] = blocks[at - AES_BLOCK] ?? 0;
    blocks[at - AES_BLOCK] = octet;
  }
}
