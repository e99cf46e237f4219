/** The names of encryption types, as options write them. */
import { DEFAULT_ETYPES, etypeName } from '@remctl/krb5/testing';

/** The name of an encryption type (RFC 3962, section 7; RFC 8009, section 9). */
export type EncryptionType =
  | 'aes128-cts-hmac-sha1-96'
  | 'aes256-cts-hmac-sha1-96'
  | 'aes128-cts-hmac-sha256-128'
  | 'aes256-cts-hmac-sha384-192';

/** Every type, in MIT Kerberos's order of preference. */
export const ALL_ENCRYPTION_TYPES: readonly EncryptionType[] = [
  'aes256-cts-hmac-sha1-96',
  'aes128-cts-hmac-sha1-96',
  'aes256-cts-hmac-sha384-192',
  'aes128-cts-hmac-sha256-128',
];

/**
 * Returns the numbers of types, in their order. Throws RangeError for an empty list or an unknown
 * name.
 */
export function etypeNumbers(names: readonly EncryptionType[]): readonly number[] {
  if (names.length === 0) {
    throw new RangeError('encryptionTypes must name at least one type');
  }
  return [...new Set(names)].map((name) => {
    const found = DEFAULT_ETYPES.find((etype) => etypeName(etype) === name);
    if (found === undefined) {
      throw new RangeError(
        `"${name}" is not an encryption type: give ${ALL_ENCRYPTION_TYPES.join(', ')}`,
      );
    }
    return found;
  });
}
