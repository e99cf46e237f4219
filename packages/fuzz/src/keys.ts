/** Keys that both sides of a target share; they protect nothing. */
import { EncryptionKey } from '@remctl/krb5';

const AES256_SHA1 = 18;
const AES128_SHA2 = 19;

/** One key of each encryption profile: RFC 3962 and RFC 8009. */
export const KEYS = [
  new EncryptionKey(AES256_SHA1, Buffer.alloc(32, 1)),
  new EncryptionKey(AES128_SHA2, Buffer.alloc(16, 2)),
] as const;

/** Returns the key of `KEYS` that the lowest bit of `bit` selects. */
export function keyFor(bit: number): EncryptionKey {
  return (bit & 1) === 0 ? KEYS[0] : KEYS[1];
}
