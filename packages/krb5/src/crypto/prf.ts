/** The pseudo-random function of each type (RFC 3962, section 6; RFC 8009, section 5). */
import { createCipheriv, createHash } from 'node:crypto';
import { AES_BLOCK, ZERO_IV } from './aes-cts.js';
import type { EncryptionKey } from './encryption-key.js';
import { deriveKey, kdfHmacSha2 } from './key-derivation.js';
import { checkedEtypeInfo } from './usage-keys.js';

const LABEL = Buffer.from('prf');

/**
 * PRF(key, input): 16 octets for the RFC 3962 types, 32 for aes128-cts-hmac-sha256-128, 48 for
 * aes256-cts-hmac-sha384-192. Throws Krb5Error for an unusable key (`checkedEtypeInfo`).
 */
export function prf(key: EncryptionKey, input: Uint8Array): Buffer {
  const info = checkedEtypeInfo(key);
  if (info.profile === 'rfc8009') {
    return kdfHmacSha2(info, key.value, LABEL, input, info.hash === 'sha256' ? 32 : 48);
  }
  const derived = deriveKey(info, key.value, LABEL, info.keyLength);
  const block = createHash(info.hash).update(input).digest().subarray(0, AES_BLOCK);
  return createCipheriv(info.cipher, derived, ZERO_IV).setAutoPadding(false).update(block);
}
