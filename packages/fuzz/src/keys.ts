/** Keys that both sides of a target share, one of each profile. They protect nothing. */
import { EncryptionKey } from '@remctl/krb5';

const AES256_SHA1 = 18;
const AES128_SHA2 = 19;

export const KEYS = [
  new EncryptionKey(AES256_SHA1, Buffer.alloc(32, 1)),
  new EncryptionKey(AES128_SHA2, Buffer.alloc(16, 2)),
] as const;

/** One of `KEYS`, as a bit of the input says. */
export function keyFor(bit: number): EncryptionKey {
  return (bit & 1) === 0 ? KEYS[0] : KEYS[1];
}
