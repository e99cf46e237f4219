/** Keyed checksums (RFC 3961, section 5.4; RFC 8009, section 6). */
import { timingSafeEqual } from 'node:crypto';
import { KrbErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { EncryptionKey } from './encryption-key.js';
import type { UsageKeys } from './profile.js';
import { deriveKeys } from './usage-keys.js';

/**
 * Computes the checksum of `data` for a `KeyUsage`. The key's type determines the checksum's type
 * (`EtypeInfo.checksumType`). Throws Krb5Error for an unusable key (`deriveKeys`).
 */
export function makeChecksum(key: EncryptionKey, usage: number, data: Uint8Array): Buffer {
  return checksumWith(deriveKeys(key, usage), [data]);
}

/** Computes the checksum of the `parts`, end to end, with keys that were derived before. */
export function checksumWith(keys: UsageKeys, parts: readonly Uint8Array[]): Buffer {
  return keys.info.profile.checksum(keys, parts);
}

/**
 * Checks, in constant time, a checksum of the `parts`, end to end, with keys that were derived
 * before. If a checksum type comes with it, compare that with `EtypeInfo.checksumType` first. Throws
 * Krb5Error KRB_AP_ERR_MODIFIED if the checksum does not belong to keys and parts.
 */
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
