/** The interface of an encryption profile (RFC 3961, section 3). */
import type { EtypeInfo } from './etypes.js';
import type { UsageKeys } from './usage-keys.js';

/**
 * The algorithms that one RFC defines for its encryption types. The types of one profile differ by
 * the parameters in their `EtypeInfo`. Callers check keys and lengths of keys first.
 */
export interface EncryptionProfile {
  /**
   * Derives `length` octets from `key` for the purpose that `label` names (RFC 3961, section 5.1:
   * the label is the well-known constant).
   */
  deriveKey(info: EtypeInfo, key: Uint8Array, label: Uint8Array, length: number): Buffer;

  /** Makes the octets of a key from a password, without blocking the event loop. */
  stringToKey(
    info: EtypeInfo,
    password: string,
    salt: Uint8Array,
    iterations: number,
  ): Promise<Buffer>;

  /**
   * Encrypts the `parts`, end to end, with a random confounder before them, and appends the MAC.
   * The result begins with `headroom` octets for the caller to fill.
   */
  encrypt(keys: UsageKeys, parts: readonly Uint8Array[], headroom: number): Buffer;

  /**
   * Checks and decrypts what `encrypt` made; returns the plaintext without its confounder. Throws
   * Krb5Error KRB_AP_ERR_BAD_INTEGRITY if the MAC does not match, KRB5_BAD_MSIZE if `ciphertext` is
   * too short.
   */
  decrypt(keys: UsageKeys, ciphertext: Uint8Array): Buffer;

  /** Computes the keyed checksum of the `parts`, end to end. */
  checksum(keys: UsageKeys, parts: readonly Uint8Array[]): Buffer;

  /** Computes the pseudo-random function of `input`: `info.prfLength` octets. */
  prf(info: EtypeInfo, key: Uint8Array, input: Uint8Array): Buffer;
}
