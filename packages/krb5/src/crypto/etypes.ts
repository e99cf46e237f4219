/** The encryption types: what is supported, what each is made of, and what they are called. */
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';

/** The supported encryption types (RFC 3962, section 7; RFC 8009, section 9). */
export const Etype = {
  AES128_CTS_HMAC_SHA1_96: 17,
  AES256_CTS_HMAC_SHA1_96: 18,
  AES128_CTS_HMAC_SHA256_128: 19,
  AES256_CTS_HMAC_SHA384_192: 20,
} as const;

/** The checksum types that belong to them (RFC 3962, section 7; RFC 8009, section 9). */
export const ChecksumType = {
  HMAC_SHA1_96_AES128: 15,
  HMAC_SHA1_96_AES256: 16,
  HMAC_SHA256_128_AES128: 19,
  HMAC_SHA384_192_AES256: 20,
} as const;

/** An encryption type's parameters. Sizes are in octets. */
export interface EtypeInfo {
  readonly etype: number;
  readonly name: string;
  /** Which RFC's key derivation and order of encryption and HMAC it follows. */
  readonly profile: 'rfc3962' | 'rfc8009';
  /** node:crypto's name of AES in CBC mode with the key's length. */
  readonly cipher: 'aes-128-cbc' | 'aes-256-cbc';
  readonly hash: 'sha1' | 'sha256' | 'sha384';
  readonly keyLength: number;
  /** The truncated HMAC's, in ciphertexts and in checksums. */
  readonly macLength: number;
  /** Of Ki and Kc; Ke has `keyLength`. */
  readonly integrityKeyLength: number;
  readonly checksumType: number;
  readonly checksumName: string;
  /** PBKDF2's, where the KDC sends no s2kparams. */
  readonly defaultIterations: number;
}

const AES128_SHA1: EtypeInfo = {
  etype: Etype.AES128_CTS_HMAC_SHA1_96,
  name: 'aes128-cts-hmac-sha1-96',
  profile: 'rfc3962',
  cipher: 'aes-128-cbc',
  hash: 'sha1',
  keyLength: 16,
  macLength: 12,
  integrityKeyLength: 16,
  checksumType: ChecksumType.HMAC_SHA1_96_AES128,
  checksumName: 'hmac-sha1-96-aes128',
  defaultIterations: 4096,
};

const AES256_SHA1: EtypeInfo = {
  etype: Etype.AES256_CTS_HMAC_SHA1_96,
  name: 'aes256-cts-hmac-sha1-96',
  profile: 'rfc3962',
  cipher: 'aes-256-cbc',
  hash: 'sha1',
  keyLength: 32,
  macLength: 12,
  integrityKeyLength: 32,
  checksumType: ChecksumType.HMAC_SHA1_96_AES256,
  checksumName: 'hmac-sha1-96-aes256',
  defaultIterations: 4096,
};

const AES128_SHA2: EtypeInfo = {
  etype: Etype.AES128_CTS_HMAC_SHA256_128,
  name: 'aes128-cts-hmac-sha256-128',
  profile: 'rfc8009',
  cipher: 'aes-128-cbc',
  hash: 'sha256',
  keyLength: 16,
  macLength: 16,
  integrityKeyLength: 16,
  checksumType: ChecksumType.HMAC_SHA256_128_AES128,
  checksumName: 'hmac-sha256-128-aes128',
  defaultIterations: 32_768,
};

const AES256_SHA2: EtypeInfo = {
  etype: Etype.AES256_CTS_HMAC_SHA384_192,
  name: 'aes256-cts-hmac-sha384-192',
  profile: 'rfc8009',
  cipher: 'aes-256-cbc',
  hash: 'sha384',
  keyLength: 32,
  macLength: 24,
  integrityKeyLength: 24,
  checksumType: ChecksumType.HMAC_SHA384_192_AES256,
  checksumName: 'hmac-sha384-192-aes256',
  defaultIterations: 32_768,
};

const SUPPORTED = [AES256_SHA1, AES128_SHA1, AES256_SHA2, AES128_SHA2];

/** Every supported type's number, in the order that MIT Kerberos offers them by default. */
export const DEFAULT_ETYPES: readonly number[] = SUPPORTED.map(({ etype }) => etype);

const byNumber: ReadonlyMap<number, EtypeInfo> = new Map(
  SUPPORTED.map((info) => [info.etype, info]),
);

const DES = 'single DES was retired by RFC 6649';
const DES3 = 'triple DES was retired by RFC 8429';
const RC4 = 'RC4 was retired by RFC 8429';
const CAMELLIA = 'Camellia is not implemented here';

/** Known types that are refused: name, and why. */
const REFUSED: ReadonlyMap<number, readonly [name: string, reason: string]> = new Map([
  [1, ['des-cbc-crc', DES]],
  [2, ['des-cbc-md4', DES]],
  [3, ['des-cbc-md5', DES]],
  [4, ['des-cbc-raw', DES]],
  [5, ['des3-cbc-md5', DES3]],
  [6, ['des3-cbc-raw', DES3]],
  [7, ['des3-cbc-sha1', DES3]],
  [8, ['des-hmac-sha1', DES]],
  [16, ['des3-cbc-sha1-kd', DES3]],
  [23, ['arcfour-hmac', RC4]],
  [24, ['arcfour-hmac-exp', RC4]],
  [25, ['camellia128-cts-cmac', CAMELLIA]],
  [26, ['camellia256-cts-cmac', CAMELLIA]],
]);

/** Whether keys of this type can be used. */
export function isSupportedEtype(etype: number): boolean {
  return byNumber.has(etype);
}

/** The type's name; `etype` and the number where it has none here. */
export function etypeName(etype: number): string {
  return byNumber.get(etype)?.name ?? REFUSED.get(etype)?.[0] ?? `etype ${etype}`;
}

/** A supported type's parameters. Throws Krb5Error KDC_ERR_ETYPE_NOSUPP, with the reason, for others. */
export function etypeInfo(etype: number): EtypeInfo {
  const info = byNumber.get(etype);
  if (info !== undefined) {
    return info;
  }
  const reason = REFUSED.get(etype)?.[1] ?? 'it is not a known type';
  const name = REFUSED.has(etype) ? `${etypeName(etype)} (${etype})` : `${etype}`;
  const supported = SUPPORTED.map((each) => each.name).join(', ');
  throw new Krb5Error(
    KrbErrorCode.KDC_ERR_ETYPE_NOSUPP,
    `encryption type ${name} cannot be used: ${reason}; have keys made with one of ${supported}`,
  );
}

const AES = [...DEFAULT_ETYPES];

/** Names as MIT Kerberos reads them in krb5.conf (kdc.conf(5), "Encryption types"), and what they add. */
const NAMES: ReadonlyMap<string, readonly number[]> = new Map([
  ['default', DEFAULT_ETYPES],
  ['aes', AES],
  ...SUPPORTED.map(({ name, etype }): [string, number[]] => [name, [etype]]),
  ['aes256-cts', [Etype.AES256_CTS_HMAC_SHA1_96]],
  ['aes256-sha1', [Etype.AES256_CTS_HMAC_SHA1_96]],
  ['aes128-cts', [Etype.AES128_CTS_HMAC_SHA1_96]],
  ['aes128-sha1', [Etype.AES128_CTS_HMAC_SHA1_96]],
  ['aes256-sha2', [Etype.AES256_CTS_HMAC_SHA384_192]],
  ['aes128-sha2', [Etype.AES128_CTS_HMAC_SHA256_128]],
]);

/**
 * Reads a list of encryption types as krb5.conf's permitted_enctypes has it: names or families apart by
 * space or comma, case ignored, `DEFAULT` for the default list, `-name` to take away what stands before
 * it, `+name` as `name`. Unknown, weak and unsupported names add nothing, as with MIT Kerberos.
 * Throws Krb5Error KRB5_CONFIG_ETYPE_NOSUPP where nothing is left. Takes at most 96 times the memory of `text`.
 */
export function parseEtypeList(text: string): number[] {
  const list = new Set<number>();
  for (const word of text.split(/[\s,]+/)) {
    const removes = word.startsWith('-');
    const name = word.replace(/^[-+]/, '').toLowerCase();
    for (const etype of NAMES.get(name) ?? []) {
      if (removes) {
        list.delete(etype);
      } else {
        list.add(etype);
      }
    }
  }
  if (list.size === 0) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CONFIG_ETYPE_NOSUPP,
      `the encryption types "${text.trim()}" hold none that can be used; permit one of ${SUPPORTED.map((info) => info.name).join(', ')}`,
    );
  }
  return [...list];
}
