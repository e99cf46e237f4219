/** The table of encryption types, and those that are refused. */
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { EtypeInfo } from './profile.js';
import { rfc3962 } from './rfc3962.js';
import { rfc8009 } from './rfc8009.js';

/** The supported encryption types (RFC 3962, section 7; RFC 8009, section 9). */
export const Etype = {
  AES128_CTS_HMAC_SHA1_96: 17,
  AES256_CTS_HMAC_SHA1_96: 18,
  AES128_CTS_HMAC_SHA256_128: 19,
  AES256_CTS_HMAC_SHA384_192: 20,
} as const;

/** The encryption types' checksum types (RFC 3962, section 7; RFC 8009, section 9). */
export const ChecksumType = {
  HMAC_SHA1_96_AES128: 15,
  HMAC_SHA1_96_AES256: 16,
  HMAC_SHA256_128_AES128: 19,
  HMAC_SHA384_192_AES256: 20,
} as const;

const AES128_SHA1: EtypeInfo = {
  etype: Etype.AES128_CTS_HMAC_SHA1_96,
  name: 'aes128-cts-hmac-sha1-96',
  profile: rfc3962,
  cipher: 'aes-128-cbc',
  hash: 'sha1',
  keyLength: 16,
  macLength: 12,
  integrityKeyLength: 16,
  prfLength: 16,
  checksumType: ChecksumType.HMAC_SHA1_96_AES128,
  checksumName: 'hmac-sha1-96-aes128',
  defaultIterations: 4096,
};

const AES256_SHA1: EtypeInfo = {
  etype: Etype.AES256_CTS_HMAC_SHA1_96,
  name: 'aes256-cts-hmac-sha1-96',
  profile: rfc3962,
  cipher: 'aes-256-cbc',
  hash: 'sha1',
  keyLength: 32,
  macLength: 12,
  integrityKeyLength: 32,
  prfLength: 16,
  checksumType: ChecksumType.HMAC_SHA1_96_AES256,
  checksumName: 'hmac-sha1-96-aes256',
  defaultIterations: 4096,
};

const AES128_SHA2: EtypeInfo = {
  etype: Etype.AES128_CTS_HMAC_SHA256_128,
  name: 'aes128-cts-hmac-sha256-128',
  profile: rfc8009,
  cipher: 'aes-128-cbc',
  hash: 'sha256',
  keyLength: 16,
  macLength: 16,
  integrityKeyLength: 16,
  prfLength: 32,
  checksumType: ChecksumType.HMAC_SHA256_128_AES128,
  checksumName: 'hmac-sha256-128-aes128',
  defaultIterations: 32_768,
};

const AES256_SHA2: EtypeInfo = {
  etype: Etype.AES256_CTS_HMAC_SHA384_192,
  name: 'aes256-cts-hmac-sha384-192',
  profile: rfc8009,
  cipher: 'aes-256-cbc',
  hash: 'sha384',
  keyLength: 32,
  macLength: 24,
  integrityKeyLength: 24,
  prfLength: 48,
  checksumType: ChecksumType.HMAC_SHA384_192_AES256,
  checksumName: 'hmac-sha384-192-aes256',
  defaultIterations: 32_768,
};

const SUPPORTED = [AES256_SHA1, AES128_SHA1, AES256_SHA2, AES128_SHA2];

/** The number of every supported type, in MIT Kerberos's default order of preference. */
export const DEFAULT_ETYPES: readonly number[] = SUPPORTED.map(({ etype }) => etype);

const byNumber: ReadonlyMap<number, EtypeInfo> = new Map(
  SUPPORTED.map((info) => [info.etype, info]),
);

const DES = 'single DES was retired by RFC 6649';
const DES3 = 'triple DES was retired by RFC 8429';
const RC4 = 'RC4 was retired by RFC 8429';
const CAMELLIA = 'Camellia is not implemented here';

/** Known types that are refused, by number: the name and the reason. */
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

/** Tells whether keys of this type can be used. */
export function isSupportedEtype(etype: number): boolean {
  return byNumber.has(etype);
}

/** Returns the type's name; `etype` and the number if the type is unknown here. */
export function etypeName(etype: number): string {
  return byNumber.get(etype)?.name ?? REFUSED.get(etype)?.[0] ?? `etype ${etype}`;
}

/**
 * Returns a supported type's parameters. Throws Krb5Error KDC_ERR_ETYPE_NOSUPP, with the reason, for
 * every other type.
 */
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

/** The types that each name in krb5.conf stands for (kdc.conf(5), "Encryption types"). */
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

/** Names that MIT Kerberos has for types that are refused here (kdc.conf(5), "Encryption types"). */
const REFUSED_NAMES: ReadonlySet<string> = new Set([
  ...['des3', 'des3-cbc-raw', 'des3-cbc-sha1', 'des3-hmac-sha1', 'des3-cbc-sha1-kd'],
  ...['rc4', 'arcfour-hmac', 'rc4-hmac', 'arcfour-hmac-md5'],
  ...['arcfour-hmac-exp', 'rc4-hmac-exp', 'arcfour-hmac-md5-exp'],
  ...['camellia', 'camellia128-cts-cmac', 'camellia128-cts'],
  ...['camellia256-cts-cmac', 'camellia256-cts'],
]);

/** An item of a list of encryption types. */
interface ListedName {
  readonly removes: boolean;
  /** In lower case; empty where the list has only separators. */
  readonly name: string;
}

function listedNames(text: string): ListedName[] {
  return text.split(/[ \t\r\n,]+/).map((item) => ({
    removes: item.startsWith('-'),
    name: item.replace(/^[-+]/, '').toLowerCase(),
  }));
}

/**
 * Returns the names in a list of encryption types that MIT Kerberos does not know either, in lower
 * case: misspelt ones, and those of single DES. Takes at most 96 times the memory of `text`.
 */
export function unknownEtypeNames(text: string): string[] {
  return listedNames(text)
    .map(({ name }) => name)
    .filter((name) => name !== '' && !NAMES.has(name) && !REFUSED_NAMES.has(name));
}

/**
 * Reads a list of encryption types in the form of krb5.conf's permitted_enctypes. Names of types or
 * families are separated by spaces or commas; case is ignored. `DEFAULT` stands for the default
 * list, `-name` removes a name from the list so far, `+name` means `name`. Unknown, weak and
 * unsupported names add nothing, as with MIT Kerberos. Takes at most 96 times the memory of `text`.
 * Throws Krb5Error KRB5_CONFIG_ETYPE_NOSUPP if the list is empty in the end.
 */
export function parseEtypeList(text: string): number[] {
  const list = new Set<number>();
  for (const { removes, name } of listedNames(text)) {
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
