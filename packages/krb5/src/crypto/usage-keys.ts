/** The keys that a base key gives for one usage. */
import { createSecretKey } from 'node:crypto';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { createCts } from './aes-cts.js';
import type { EncryptionKey } from './encryption-key.js';
import { etypeInfo } from './etypes.js';
import type { EtypeInfo, UsageKeys } from './profile.js';

/** The last octet of a derivation's label, after the four of the usage (RFC 3961, section 5.3). */
const ENCRYPTION = 0xaa;
const INTEGRITY = 0x55;
const CHECKSUM = 0x99;
const LABEL_LENGTH = 5;
const KIND_AT = 4;

/**
 * Returns the parameters of the key's type, once its length has been checked. Throws Krb5Error
 * KDC_ERR_ETYPE_NOSUPP for a type that is not supported, KRB5_BAD_KEYSIZE for a wrong length.
 */
export function checkedEtypeInfo(key: EncryptionKey): EtypeInfo {
  const info = etypeInfo(key.etype);
  if (key.value.length !== info.keyLength) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_BAD_KEYSIZE,
      `a key of type ${info.name} has ${info.keyLength} octets, this one ${key.value.length}; its source is damaged`,
    );
  }
  return info;
}

/**
 * Derives the keys for a `KeyUsage`. Keep the result if many messages share key and usage. Throws
 * as `checkedEtypeInfo` does.
 */
export function deriveKeys(key: EncryptionKey, usage: number): UsageKeys {
  const info = checkedEtypeInfo(key);
  const label = Buffer.alloc(LABEL_LENGTH);
  label.writeUInt32BE(usage);
  const derive = (kind: number, length: number) => {
    label[KIND_AT] = kind;
    return createSecretKey(info.profile.deriveKey(info, key.value, label, length));
  };
  const ke = derive(ENCRYPTION, info.keyLength);
  return {
    info,
    ke,
    cts: createCts(info.cipher, ke),
    ki: derive(INTEGRITY, info.integrityKeyLength),
    kc: derive(CHECKSUM, info.integrityKeyLength),
  };
}
