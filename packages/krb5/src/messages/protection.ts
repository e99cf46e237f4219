/** Makes and opens the EncryptedData and Checksums of RFC 4120's messages. */
import { verifyChecksumWith } from '../crypto/checksum.js';
import {
  decrypt,
  deriveKeys,
  type EncryptionKey,
  encrypt,
  etypeInfo,
  makeChecksum,
} from '../crypto/index.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { Checksum, EncryptedData } from './basic-types.js';

/**
 * Encrypts `plaintext` with `key` for a `KeyUsage`. `kvno` names the key's version, if there is
 * one.
 */
export function encryptData(
  key: EncryptionKey,
  usage: number,
  plaintext: Uint8Array,
  kvno?: number,
): EncryptedData {
  const cipher = encrypt(key, usage, plaintext);
  return { etype: key.etype, ...(kvno === undefined ? {} : { kvno }), cipher };
}

/** Decrypts `data`; undefined if it was not made with this key for this `KeyUsage`. */
export function decryptData(
  key: EncryptionKey,
  usage: number,
  data: EncryptedData,
): Uint8Array | undefined {
  if (data.etype !== key.etype) {
    return undefined;
  }
  try {
    return decrypt(key, usage, data.cipher);
  } catch (error) {
    if (
      error instanceof Krb5Error &&
      (error.code === KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY ||
        error.code === LocalErrorCode.KRB5_BAD_MSIZE)
    ) {
      return undefined;
    }
    throw error;
  }
}

/** Makes the Checksum of `data` with `key` for a `KeyUsage`. */
export function checksumOf(key: EncryptionKey, usage: number, data: Uint8Array): Checksum {
  return {
    cksumtype: etypeInfo(key.etype).checksumType,
    checksum: makeChecksum(key, usage, data),
  };
}

/** Whether `checksum` is the one that `checksumOf` makes; compared in constant time. */
export function checksumFits(
  key: EncryptionKey,
  usage: number,
  data: Uint8Array,
  { cksumtype, checksum }: Checksum,
): boolean {
  if (cksumtype !== etypeInfo(key.etype).checksumType) {
    return false;
  }
  try {
    verifyChecksumWith(deriveKeys(key, usage), [data], checksum);
    return true;
  } catch (error) {
    if (error instanceof Krb5Error && error.code === KrbErrorCode.KRB_AP_ERR_MODIFIED) {
      return false;
    }
    throw error;
  }
}
