/** Encryption with integrity (RFC 3961, section 5.3; RFC 8009, section 5). */
import type { EncryptionKey } from './encryption-key.js';
import type { UsageKeys } from './profile.js';
import { deriveKeys } from './usage-keys.js';

/** Encrypts `plaintext` for a `KeyUsage`. Throws Krb5Error for an unusable key (`deriveKeys`). */
export function encrypt(key: EncryptionKey, usage: number, plaintext: Uint8Array): Buffer {
  return encryptWith(deriveKeys(key, usage), [plaintext]);
}

/**
 * Decrypts what `encrypt` made. Throws Krb5Error KRB_AP_ERR_BAD_INTEGRITY if the ciphertext was
 * made with another key or usage or was changed, KRB5_BAD_MSIZE if it is too short, and as
 * `deriveKeys` for an unusable key.
 */
export function decrypt(key: EncryptionKey, usage: number, ciphertext: Uint8Array): Buffer {
  return decryptWith(deriveKeys(key, usage), ciphertext);
}

/**
 * Encrypts the `parts`, end to end, with keys that were derived before. The result begins with
 * `headroom` octets for the caller to fill.
 */
export function encryptWith(keys: UsageKeys, parts: readonly Uint8Array[], headroom = 0): Buffer {
  return keys.info.profile.encrypt(keys, parts, headroom);
}

/** Decrypts as `decrypt` does, with keys that were derived before. */
export function decryptWith(keys: UsageKeys, ciphertext: Uint8Array): Buffer {
  return keys.info.profile.decrypt(keys, ciphertext);
}
