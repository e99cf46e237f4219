/** Steps that every profile of AES-CTS with an HMAC shares. */
import { createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { CONFOUNDER_LENGTH, paddedLength } from './aes-cts.js';
import { fillConfounder } from './confounder.js';
import type { EtypeInfo, UsageKeys } from './profile.js';

const pbkdf2Async = promisify(pbkdf2);

/** The labels of derivations that both RFCs use (RFC 3962, sections 4 and 6; RFC 8009, sections 4 and 5). */
export const STRING_TO_KEY_LABEL = Buffer.from('kerberos');
export const PRF_LABEL = Buffer.from('prf');

/** PBKDF2 with HMAC of the type's hash (RFC 3962, section 4; RFC 8009, section 4). */
export function passwordSeed(
  { hash, keyLength }: EtypeInfo,
  password: string,
  salt: Uint8Array,
  iterations: number,
): Promise<Buffer> {
  return pbkdf2Async(password, salt, iterations, keyLength, hash);
}

/** A plaintext with its confounder, ready for `Cts.encrypt`. */
export interface PaddedPlaintext {
  /** Confounder and plaintext, then zeros up to the end of the last block. */
  readonly padded: Buffer;
  /** Octets of confounder and plaintext. */
  readonly length: number;
}

/** Puts a random confounder before the `parts`, end to end. */
export function withConfounder(parts: readonly Uint8Array[]): PaddedPlaintext {
  let length = CONFOUNDER_LENGTH;
  for (const part of parts) {
    length += part.length;
  }
  const padded = Buffer.allocUnsafe(paddedLength(length));
  fillConfounder(padded);
  let at = CONFOUNDER_LENGTH;
  for (const part of parts) {
    padded.set(part, at);
    at += part.length;
  }
  padded.fill(0, at);
  return { padded, length };
}

/** Lays out a ciphertext: `headroom` octets for the caller, `encrypted`, the truncated MAC. */
export function joinMac(
  { macLength }: EtypeInfo,
  encrypted: Uint8Array,
  mac: Buffer,
  headroom: number,
): Buffer {
  const end = headroom + encrypted.length;
  const ciphertext = Buffer.allocUnsafe(end + macLength);
  ciphertext.set(encrypted, headroom);
  mac.copy(ciphertext, end, 0, macLength);
  return ciphertext;
}

/**
 * Splits a ciphertext into its encrypted part and its MAC. Throws Krb5Error KRB5_BAD_MSIZE if it is
 * too short to hold a confounder and a MAC.
 */
export function splitMac(
  { name, macLength }: EtypeInfo,
  ciphertext: Uint8Array,
): { readonly encrypted: Uint8Array; readonly mac: Uint8Array } {
  const length = ciphertext.length - macLength;
  if (length < CONFOUNDER_LENGTH) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_BAD_MSIZE,
      `a ciphertext of type ${name} has at least ${CONFOUNDER_LENGTH + macLength} octets, this one ${ciphertext.length}`,
    );
  }
  return { encrypted: ciphertext.subarray(0, length), mac: ciphertext.subarray(length) };
}

/**
 * Compares two MACs in constant time. Throws Krb5Error KRB_AP_ERR_BAD_INTEGRITY if they differ in the
 * length of `mac`.
 */
export function checkMac(computed: Buffer, mac: Uint8Array): void {
  if (!timingSafeEqual(computed.subarray(0, mac.length), mac)) {
    throw new Krb5Error(
      KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
      'decryption failed the integrity check: the key (or password) is another, or the data was changed on its way',
    );
  }
}

/** The truncated HMAC of the `parts` with Kc (RFC 3961, section 5.4; RFC 8009, section 6). */
export function hmacChecksum({ info, kc }: UsageKeys, parts: readonly Uint8Array[]): Buffer {
  const hmac = createHmac(info.hash, kc);
  for (const part of parts) {
    hmac.update(part);
  }
  return hmac.digest().subarray(0, info.macLength);
}
