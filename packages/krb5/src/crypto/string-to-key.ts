/** Keys from passwords (RFC 3962, section 4; RFC 8009, section 4). */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { octetsOf } from '../text/octet-text.js';
import { EncryptionKey } from './encryption-key.js';
import { etypeInfo } from './etypes.js';
import type { EtypeInfo } from './profile.js';

/**
 * The most rounds of PBKDF2 that a KDC may ask for: about a second of work. The defaults are 4,096
 * and 32,768; the format allows 2^32, which would occupy a thread for an hour.
 */
export const MAX_ITERATIONS = 1 << 20;

const PARAMS_LENGTH = 4;

/**
 * Makes the key for a password. `salt` and `params` are the KDC's (ETYPE-INFO2, RFC 4120, section
 * 5.2.7.5); without `params` the type's default number of iterations is used. The event loop is not
 * blocked.
 *
 * Throws Krb5Error KDC_ERR_ETYPE_NOSUPP for a type that is not supported. Throws Krb5Error
 * KRB5_ERR_BAD_S2K_PARAMS if `params` are not 4 octets, or ask for fewer iterations than the type's
 * default or for more than MAX_ITERATIONS. These bounds are needed because the KDC is not
 * authenticated yet: its parameters must neither make the password cheap to guess (MIT Kerberos has
 * the same lower bound) nor occupy this process.
 */
export async function stringToKey(
  etype: number,
  password: string,
  salt: string | Uint8Array,
  params?: Uint8Array,
): Promise<EncryptionKey> {
  const info = etypeInfo(etype);
  const iterations = params === undefined ? info.defaultIterations : readIterations(info, params);
  return iteratedStringToKey(info, password, salt, iterations);
}

/** Makes the key for a password as `stringToKey` does, with any number of iterations. */
export async function iteratedStringToKey(
  info: EtypeInfo,
  password: string,
  salt: string | Uint8Array,
  iterations: number,
): Promise<EncryptionKey> {
  const octets = typeof salt === 'string' ? octetsOf(salt) : Buffer.from(salt);
  const value = await info.profile.stringToKey(info, password, octets, iterations);
  return new EncryptionKey(info.etype, value);
}

function readIterations(info: EtypeInfo, params: Uint8Array): number {
  if (params.length !== PARAMS_LENGTH) {
    throw badParams(`${params.length} octets of string-to-key parameters instead of 4`);
  }
  // RFC 3962, section 4: zero stands for 2^32.
  const iterations = new DataView(params.buffer, params.byteOffset).getUint32(0) || 2 ** 32;
  if (iterations < info.defaultIterations || iterations > MAX_ITERATIONS) {
    throw badParams(
      `${iterations} iterations, not ${info.defaultIterations} to ${MAX_ITERATIONS}, for ${info.name}`,
    );
  }
  return iterations;
}

function badParams(what: string): Krb5Error {
  return new Krb5Error(
    LocalErrorCode.KRB5_ERR_BAD_S2K_PARAMS,
    `the KDC asks for ${what}: refused; use a keytab, or have the KDC's settings corrected`,
  );
}
