/** Keys from keys: DR and DK (RFC 3961, section 5.1; RFC 3962, section 4), KDF-HMAC-SHA2 (RFC 8009, section 3). */
import { createCipheriv, createHmac } from 'node:crypto';
import { AES_BLOCK, ZERO_IV } from './aes-cts.js';
import type { EtypeInfo } from './etypes.js';
import { nfold } from './nfold.js';

/**
 * `length` octets derived from `key` for what `label` names: DK for the RFC 3962 types, where `label` is
 * the constant and `length` the key's own, KDF-HMAC-SHA2 for the RFC 8009 types.
 */
export function deriveKey(
  info: EtypeInfo,
  key: Uint8Array,
  label: Uint8Array,
  length: number,
): Buffer {
  return info.profile === 'rfc3962'
    ? deriveRandom(info, key, label)
    : kdfHmacSha2(info, key, label, new Uint8Array(0), length);
}

/** DR, which is DK too since random-to-key is the identity for AES. Yields `info.keyLength` octets. */
function deriveRandom(info: EtypeInfo, key: Uint8Array, constant: Uint8Array): Buffer {
  // CBC over zeros after the folded constant gives DR's chain: every block is the encryption of the last.
  const blocks = Buffer.alloc(info.keyLength);
  nfold(constant, AES_BLOCK).copy(blocks);
  return createCipheriv(info.cipher, key, ZERO_IV).setAutoPadding(false).update(blocks);
}

/** KDF-HMAC-SHA2 with one block of output, which is all that the types need. */
export function kdfHmacSha2(
  info: EtypeInfo,
  key: Uint8Array,
  label: Uint8Array,
  context: Uint8Array,
  length: number,
): Buffer {
  const counter = Buffer.of(0, 0, 0, 1);
  const bits = Buffer.alloc(4);
  bits.writeUInt32BE(length * 8);
  return createHmac(info.hash, key)
    .update(counter)
    .update(label)
    .update(Buffer.of(0))
    .update(context)
    .update(bits)
    .digest()
    .subarray(0, length);
}
