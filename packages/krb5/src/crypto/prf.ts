/** The pseudo-random function of a key (RFC 3961, section 3). */
import type { EncryptionKey } from './encryption-key.js';
import { checkedEtypeInfo } from './usage-keys.js';

/**
 * Computes PRF(key, input): `EtypeInfo.prfLength` octets (RFC 3962, section 6; RFC 8009, section 5).
 * FAST (RFC 6113) derives its keys with it. Throws Krb5Error for an unusable key
 * (`checkedEtypeInfo`).
 */
export function prf(key: EncryptionKey, input: Uint8Array): Buffer {
  const info = checkedEtypeInfo(key);
  return info.profile.prf(info, key.value, input);
}
