/** The names and lists of encryption types. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_ETYPES,
  deriveKeys,
  EncryptionKey,
  etypeInfo,
  etypeName,
  isSupportedEtype,
  parseEtypeList,
  randomKey,
  stringToKey,
} from '../../src/crypto/index.js';
import { Krb5Error } from '../../src/errors.js';

describe('unsupported encryption types', () => {
  const refused: readonly (readonly [number, string, RegExp])[] = [
    [1, 'des-cbc-crc', /RFC 6649/],
    [2, 'des-cbc-md4', /RFC 6649/],
    [3, 'des-cbc-md5', /RFC 6649/],
    [16, 'des3-cbc-sha1-kd', /RFC 8429/],
    [23, 'arcfour-hmac', /RFC 8429/],
    [24, 'arcfour-hmac-exp', /RFC 8429/],
    [25, 'camellia128-cts-cmac', /not implemented/],
    [26, 'camellia256-cts-cmac', /not implemented/],
    [0, '0', /not a known type/],
    [-1, '-1', /not a known type/],
    [9999, '9999', /not a known type/],
  ];

  test.each(refused)(
    'are refused with the reason and a supported type: %i, %s',
    async (etype, name, reason) => {
      const expected = {
        name: 'KDC_ERR_ETYPE_NOSUPP',
        code: 14,
        message: expect.stringMatching(reason),
      };
      expect(isSupportedEtype(etype)).toBe(false);
      for (const run of [
        () => etypeInfo(etype),
        () => randomKey(etype),
        () => deriveKeys(new EncryptionKey(etype, Buffer.alloc(16)), 1),
      ]) {
        expect(run).toThrow(Krb5Error);
        expect(run).toThrow(expect.objectContaining(expected));
        expect(run).toThrow(name);
        expect(run).toThrow('aes256-cts-hmac-sha1-96');
      }
      await expect(stringToKey(etype, 'password', 'salt')).rejects.toMatchObject(expected);
    },
  );
});

test('etypeName gives the names of the encryption types', () => {
  expect(DEFAULT_ETYPES.map(etypeName)).toEqual([
    'aes256-cts-hmac-sha1-96',
    'aes128-cts-hmac-sha1-96',
    'aes256-cts-hmac-sha384-192',
    'aes128-cts-hmac-sha256-128',
  ]);
  expect(etypeName(23)).toBe('arcfour-hmac');
  expect(etypeName(99)).toBe('etype 99');
});

describe('a list of krb5.conf', () => {
  const lists: readonly (readonly [string, readonly number[]])[] = [
    ['aes256-cts-hmac-sha1-96', [18]],
    ['aes256-cts', [18]],
    ['aes256-sha1', [18]],
    ['aes128-cts-hmac-sha1-96', [17]],
    ['aes128-cts', [17]],
    ['aes128-sha1', [17]],
    ['aes128-cts-hmac-sha256-128', [19]],
    ['aes128-sha2', [19]],
    ['aes256-cts-hmac-sha384-192', [20]],
    ['aes256-sha2', [20]],
    ['aes', [18, 17, 20, 19]],
    ['DEFAULT', [18, 17, 20, 19]],
    ['aes256-sha2 aes128-sha2', [20, 19]],
    ['aes256-sha2,aes128-sha2 ,\taes256-cts', [20, 19, 18]],
    ['AES256-CTS Aes128-Sha2', [18, 19]],
    ['DEFAULT -aes256-cts', [17, 20, 19]],
    ['DEFAULT +aes256-cts', [18, 17, 20, 19]],
    ['aes256-sha2 +aes256-cts', [20, 18]],
    ['aes -aes128-cts -aes128-sha2', [18, 20]],
    ['aes256-cts -aes256-cts aes256-cts', [18]],
    ['aes256-cts aes256-cts', [18]],
    ['aes256-cts arcfour-hmac rc4 des3-cbc-sha1 des-cbc-crc camellia', [18]],
    ['no-such-type aes128-cts', [17]],
    ['  aes128-cts  ', [17]],
    ['-aes256-cts DEFAULT', [18, 17, 20, 19]],
  ];

  test.each(lists)('is read: %s', (text, etypes) => {
    expect(parseEtypeList(text)).toEqual(etypes);
  });

  test.each(['', '   ', 'arcfour-hmac', 'des3-cbc-sha1 rc4', 'DEFAULT -aes', 'constructor'])(
    'is refused if it has no supported type: "%s"',
    (text) => {
      expect(() => parseEtypeList(text)).toThrow(
        expect.objectContaining({
          name: 'KRB5_CONFIG_ETYPE_NOSUPP',
          message: expect.stringContaining(`"${text.trim()}"`),
        }),
      );
    },
  );
});

test('a list of names gives their types, whatever stands between the names', () => {
  const names = fc.uniqueArray(fc.constantFrom(...DEFAULT_ETYPES), { minLength: 1 });
  const apart = fc.constantFrom(' ', ',', ', ', '\t', '  ', ' unknown ', ',rc4,', ' -des ');
  fc.assert(
    fc.property(names, apart, fc.boolean(), (etypes, separator, upper) => {
      const text = etypes.map(etypeName).join(separator);
      expect(parseEtypeList(upper ? text.toUpperCase() : text)).toEqual(etypes);
    }),
  );
});

test('any text gives supported types, each once, or KRB5_CONFIG_ETYPE_NOSUPP', () => {
  const unit = fc.constantFrom(
    ...' ,-+\t',
    'aes',
    'default',
    'aes256-cts',
    'aes128-sha2',
    'é',
    'x',
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit, maxLength: 12 }), fc.string()), (text) => {
      let list: number[];
      try {
        list = parseEtypeList(text);
      } catch (error) {
        expect(error).toMatchObject({ name: 'KRB5_CONFIG_ETYPE_NOSUPP' });
        return;
      }
      expect(list.every(isSupportedEtype)).toBe(true);
      expect(new Set(list).size).toBe(list.length);
    }),
  );
});
