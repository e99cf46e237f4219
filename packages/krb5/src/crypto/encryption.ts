/** Encryption with integrity (RFC 3961, section 5.3; RFC 8009, section 5). */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { AES_BLOCK, ctsDecrypt, ctsEncrypt, paddedLength, ZERO_IV } from './aes-cts.js';
import { fillConfounder } from './confounder.js';
import type { EncryptionKey } from './encryption-key.js';
import { deriveKeys, type UsageKeys } from './usage-keys.js';

/** Octets of random data before every plaintext: one block. */
const CONFOUNDER = AES_BLOCK;

/** Encrypts `plaintext` for a `KeyUsage`. Throws Krb5Error for an unusable key (`deriveKeys`). */
export function encrypt(key: EncryptionKey, usage: number, plaintext: Uint8Array): Buffer {
  return encryptWith(deriveKeys(key, usage), [plaintext]);
}

/**
 * Decrypts what `encrypt` made. Throws Krb5Error KRB_AP_ERR_BAD_INTEGRITY where key, usage or octets are
 * not the ones it was made with, KRB5_BAD_MSIZE where it is too short to be a ciphertext, and as
 * `deriveKeys` for an unusable key.
 */
export function decrypt(key: EncryptionKey, usage: number, ciphertext: Uint8Array): Buffer {
  return decryptWith(deriveKeys(key, usage), ciphertext);
}

/**
 * Encrypts the `parts`, end to end. `headroom` octets are left before the ciphertext for the caller to
 * fill.
 */
export function encryptWith(keys: UsageKeys, parts: readonly Uint8Array[], headroom = 0): Buffer {
  const { info, ke, ki } = keys;
  let length = CONFOUNDER;
  for (const part of parts) {
    length += part.length;
  }
  const padded = Buffer.allocUnsafe(paddedLength(length));
  fillConfounder(padded);
  let at = CONFOUNDER;
  for (const part of parts) {
    padded.set(part, at);
    at += part.length;
  }
  padded.fill(0, at);

  const encrypted = ctsEncrypt(info.cipher, ke, padded, length);
  const hmac = createHmac(info.hash, ki);
  if (info.profile === 'rfc3962') {
    hmac.update(padded.subarray(0, length));
  } else {
    hmac.update(ZERO_IV).update(encrypted);
  }
  const output = Buffer.allocUnsafe(headroom + length + info.macLength);
  output.set(encrypted, headroom);
  hmac.digest().copy(output, headroom + length, 0, info.macLength);
  return output;
}

/** `decrypt` with keys that were derived before. */
export function decryptWith(keys: UsageKeys, ciphertext: Uint8Array): Buffer {
  const { info, ke, ki } = keys;
  const length = ciphertext.length - info.macLength;
  if (length < CONFOUNDER) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_BAD_MSIZE,
      `a ciphertext of type ${info.name} has at least ${CONFOUNDER + info.macLength} octets, this one ${ciphertext.length}`,
    );
  }
  const encrypted = ciphertext.subarray(0, length);
  const mac = ciphertext.subarray(length);
  const hmac = createHmac(info.hash, ki);
  if (info.profile === 'rfc8009') {
    checkMac(hmac.update(ZERO_IV).update(encrypted).digest(), mac);
    return ctsDecrypt(info.cipher, ke, encrypted).subarray(CONFOUNDER);
  }
  const plaintext = ctsDecrypt(info.cipher, ke, encrypted);
  checkMac(hmac.update(plaintext).digest(), mac);
  return plaintext.subarray(CONFOUNDER);
}

function checkMac(computed: Buffer, mac: Uint8Array): void {
  if (!timingSafeEqual(computed.subarray(0, mac.length), mac)) {
    throw new Krb5Error(
      KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
      'decryption failed the integrity check: the key (or password) is another, or the data was changed on its way',
    );
  }
}
