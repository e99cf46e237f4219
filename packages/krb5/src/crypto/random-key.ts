/** Random keys of a given encryption type. */
import { randomBytes } from 'node:crypto';
import { EncryptionKey } from './encryption-key.js';
import { etypeInfo } from './etypes.js';

/** Makes a random key. Throws Krb5Error KDC_ERR_ETYPE_NOSUPP for a type that is not supported. */
export function randomKey(etype: number): EncryptionKey {
  return new EncryptionKey(etype, randomBytes(etypeInfo(etype).keyLength));
}
