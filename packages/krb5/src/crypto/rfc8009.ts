/** AES with HMAC-SHA2: the profile of RFC 8009. */
import { createHmac } from 'node:crypto';
import { CONFOUNDER_LENGTH, ZERO_IV } from './aes-cts.js';
import {
  checkMac,
  hmacChecksum,
  joinMac,
  PRF_LABEL,
  passwordSeed,
  STRING_TO_KEY_LABEL,
  splitMac,
  withConfounder,
} from './aes-hmac.js';
import type { EncryptionProfile, EtypeInfo } from './profile.js';

const NO_CONTEXT = new Uint8Array(0);
const FIRST_BLOCK = Buffer.of(0, 0, 0, 1);
const SEPARATOR = Buffer.of(0);

/**
 * KDF-HMAC-SHA2 (RFC 8009, section 3). One block of output is enough for every length that the types
 * need.
 */
function kdfHmacSha2(
  info: EtypeInfo,
  key: Uint8Array,
  label: Uint8Array,
  context: Uint8Array,
  length: number,
): Buffer {
  const bits = Buffer.alloc(4);
  bits.writeUInt32BE(length * 8);
  return createHmac(info.hash, key)
    .update(FIRST_BLOCK)
    .update(label)
    .update(SEPARATOR)
    .update(context)
    .update(bits)
    .digest()
    .subarray(0, length);
}

/** The profile of aes128-cts-hmac-sha256-128 and aes256-cts-hmac-sha384-192. */
export const rfc8009: EncryptionProfile = {
  deriveKey: (info, key, label, length) => kdfHmacSha2(info, key, label, NO_CONTEXT, length),

  /** Section 4: the type's name and a zero octet stand before the salt. */
  async stringToKey(info, password, salt, iterations) {
    const salted = Buffer.concat([Buffer.from(`${info.name}\0`), salt]);
    const seed = await passwordSeed(info, password, salted, iterations);
    return kdfHmacSha2(info, seed, STRING_TO_KEY_LABEL, NO_CONTEXT, info.keyLength);
  },

  /** Encrypt-then-MAC: the MAC covers the initial vector and the ciphertext (section 5). */
  encrypt({ info, cts, ki }, parts, headroom) {
    const { padded, length } = withConfounder(parts);
    const encrypted = cts.encrypt(padded, length);
    const mac = createHmac(info.hash, ki).update(ZERO_IV).update(encrypted).digest();
    return joinMac(info, encrypted, mac, headroom);
  },

  decrypt({ info, cts, ki }, ciphertext) {
    const { encrypted, mac } = splitMac(info, ciphertext);
    checkMac(createHmac(info.hash, ki).update(ZERO_IV).update(encrypted).digest(), mac);
    return cts.decrypt(encrypted).subarray(CONFOUNDER_LENGTH);
  },

  checksum: hmacChecksum,

  /** Section 5: KDF-HMAC-SHA2 with `input` as its context. */
  prf: (info, key, input) => kdfHmacSha2(info, key, PRF_LABEL, input, info.prfLength),
};
