/** Keyed checksums (RFC 3961, section 5.4; RFC 8009, section 6). */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { KrbErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { EncryptionKey } from './encryption-key.js';
import { deriveKeys, type UsageKeys } from './usage-keys.js';

/**
 * The checksum of `data` for a `KeyUsage`, of the type that belongs to the key's (`EtypeInfo`). Throws
 * Krb5Error for an unusable key (`deriveKeys`).
 */
export function makeChecksum(key: EncryptionKey, usage: number, data: Uint8Array): Buffer {
  return checksumWith(deriveKeys(key, usage), [data]);
}

/**
 * Checks, in constant time, a checksum made by `makeChecksum`. Throws Krb5Error KRB_AP_ERR_MODIFIED
 * where it does not belong to key, usage and data. Compare the type with `EtypeInfo.checksumType` first,
 * where one comes with it.
 */
export function verifyChecksum(
  key: EncryptionKey,
  usage: number,
  data: Uint8Array,
  checksum: Uint8Array,
): void {
  verifyChecksumWith(deriveKeys(key, usage), [data], checksum);
}

/** `makeChecksum` over the `parts` end to end, with keys that were derived before. */
export function checksumWith({ info, kc }: UsageKeys, parts: readonly Uint8Array[]): Buffer {
  const hmac = createHmac(info.hash, kc);
  for (const part of parts) {
    hmac.update(part);
  }
  return hmac.digest().subarray(0, info.macLength);
}

/** `verifyChecksum` over the `parts` end to end, with keys that were derived before. */
export function verifyChecksumWith(
  keys: UsageKeys,
  parts: readonly Uint8Array[],
  checksum: Uint8Array,
): void {
  const computed = checksumWith(keys, parts);
  if (checksum.length !== computed.length || !timingSafeEqual(computed, checksum)) {
    throw new Krb5Error(
      KrbErrorCode.KRB_AP_ERR_MODIFIED,
      'the checksum does not match: the key is another, or the data was changed on its way',
    );
  }
}
