/** The interface of encryption profiles, parameters and keys (RFC 3961, section 3). */
import type { KeyObject } from 'node:crypto';
import type { Cts } from './aes-cts.js';

/** An encryption type's parameters. Sizes are in octets. */
export interface EtypeInfo {
  readonly etype: number;
  readonly name: string;
  /** The algorithms of the RFC that defines the type. */
  readonly profile: EncryptionProfile;
  /** The name that node:crypto has for AES in CBC mode with keys of `keyLength`. */
  readonly cipher: 'aes-128-cbc' | 'aes-256-cbc';
  readonly hash: 'sha1' | 'sha256' | 'sha384';
  readonly keyLength: number;
  /** Octets of the truncated HMAC in ciphertexts and in checksums. */
  readonly macLength: number;
  /** Octets of Ki and Kc; Ke has `keyLength`. */
  readonly integrityKeyLength: number;
  /** Octets of the pseudo-random function's output. */
  readonly prfLength: number;
  readonly checksumType: number;
  readonly checksumName: string;
  /** Rounds of PBKDF2 if the KDC sends no s2kparams. */
  readonly defaultIterations: number;
}

/** Ke, Ki and Kc: for encryption, for its integrity, for checksums alone (RFC 3961, section 5.3). */
export interface UsageKeys {
  readonly info: EtypeInfo;
  readonly ke: KeyObject;
  /** AES-CTS with Ke. */
  readonly cts: Cts;
  readonly ki: KeyObject;
  readonly kc: KeyObject;
}

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
