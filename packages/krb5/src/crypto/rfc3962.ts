/** AES with HMAC-SHA1: the profile of RFC 3962. */
import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { AES_BLOCK, CONFOUNDER_LENGTH, transformed, ZERO_IV } from './aes-cts.js';
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
import { nfold } from './nfold.js';
import type { EncryptionProfile, EtypeInfo } from './profile.js';

/**
 * DR (RFC 3961, section 5.1), which is DK too: random-to-key is the identity for AES. The result has
 * `info.keyLength` octets.
 */
function deriveRandom(info: EtypeInfo, key: Uint8Array, constant: Uint8Array): Buffer {
  // CBC over zeros after the folded constant gives DR's chain: it encrypts each block's ciphertext
  // to get the next.
  const blocks = Buffer.alloc(info.keyLength);
  nfold(constant, AES_BLOCK).copy(blocks);
  return transformed(createCipheriv(info.cipher, key, ZERO_IV), blocks);
}

/** The profile of aes128-cts-hmac-sha1-96 and aes256-cts-hmac-sha1-96. */
export const rfc3962: EncryptionProfile = {
  // Every key of these types has the length of the cipher's key, so `length` says nothing new.
  deriveKey: deriveRandom,

  async stringToKey(info, password, salt, iterations) {
    const seed = await passwordSeed(info, password, salt, iterations);
    return deriveRandom(info, seed, STRING_TO_KEY_LABEL);
  },

  /** Encrypt-and-MAC: the MAC covers confounder and plaintext (RFC 3961, section 5.3). */
  encrypt({ info, cts, ki }, parts, headroom) {
    const { padded, length } = withConfounder(parts);
    const mac = createHmac(info.hash, ki).update(padded.subarray(0, length)).digest();
    return joinMac(info, cts.encrypt(padded, length), mac, headroom);
  },

  decrypt({ info, cts, ki }, ciphertext) {
    const { encrypted, mac } = splitMac(info, ciphertext);
    const plaintext = cts.decrypt(encrypted);
    checkMac(createHmac(info.hash, ki).update(plaintext).digest(), mac);
    return plaintext.subarray(CONFOUNDER_LENGTH);
  },

  checksum: hmacChecksum,

  /** RFC 3962, section 6: the hash of `input`, cut to a block, encrypted with DK(key, "prf"). */
  prf(info, key, input) {
    const derived = deriveRandom(info, key, PRF_LABEL);
    const block = createHash(info.hash).update(input).digest().subarray(0, info.prfLength);
    return transformed(createCipheriv(info.cipher, derived, ZERO_IV), block);
  },
};
