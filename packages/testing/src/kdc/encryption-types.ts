/** The names of encryption types, as options write them. */
import { DEFAULT_ETYPES, etypeName } from '@remctl/krb5/testing';

/** The name of an encryption type (RFC 3962, section 7; RFC 8009, section 9). */
export type EncryptionType =
  | 'aes128-cts-hmac-sha1-96'
  | 'aes256-cts-hmac-sha1-96'
  | 'aes128-cts-hmac-sha256-128'
  | 'aes256-cts-hmac-sha384-192';

/**
 * Returns the numbers of types, in their order. Without names: all four, in MIT Kerberos's order of
 * preference. Throws RangeError for an empty list or an unknown name.
 */
export function etypeNumbers(names: readonly EncryptionType[] | undefined): readonly number[] {
  if (names === undefined) {
    return DEFAULT_ETYPES;
  }
  if (names.length === 0) {
    throw new RangeError('encryptionTypes must name at least one type');
  }
  return [...new Set(names)].map((name) => {
    const found = DEFAULT_ETYPES.find((etype) => etypeName(etype) === name);
    if (found === undefined) {
      throw new RangeError(
        `"${name}" is not an encryption type: give ${DEFAULT_ETYPES.map(etypeName).join(', ')}`,
      );
    }
    return found;
  });
}
