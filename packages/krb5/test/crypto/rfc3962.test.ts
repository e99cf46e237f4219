/** AES with SHA-1, with the vectors of RFC 3962. */
import { createSecretKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ctsDecrypt, ctsEncrypt, paddedLength } from '../../src/crypto/aes-cts.js';
import { Etype, etypeInfo } from '../../src/crypto/index.js';
import { iteratedStringToKey } from '../../src/crypto/string-to-key.js';
import { hex, toHex } from '../support/hex.js';
import { CTS, CTS_KEY, STRING_TO_KEY } from './rfc3962.vectors.js';

describe('RFC 3962, appendix B: string-to-key', () => {
  test.each(STRING_TO_KEY)(
    'gives the keys for $iterations iterations and the salt $salt',
    async (vector) => {
      const { iterations, password, salt } = vector;
      const keyOf = (etype: number) =>
        iteratedStringToKey(etypeInfo(etype), password, hex(salt), iterations);
      const aes128 = await keyOf(Etype.AES128_CTS_HMAC_SHA1_96);
      const aes256 = await keyOf(Etype.AES256_CTS_HMAC_SHA1_96);
      expect(toHex(aes128.value)).toBe(vector.aes128);
      expect(toHex(aes256.value)).toBe(vector.aes256);
    },
  );
});

describe('RFC 3962, appendix B: ciphertext stealing', () => {
  const key = createSecretKey(hex(CTS_KEY));

  test.each(CTS)('encrypts and decrypts %s', (input, output) => {
    const plaintext = hex(input);
    const padded = Buffer.alloc(paddedLength(plaintext.length));
    plaintext.copy(padded);
    expect(toHex(ctsEncrypt('aes-128-cbc', key, padded, plaintext.length))).toBe(output);
    expect(toHex(ctsDecrypt('aes-128-cbc', key, hex(output)))).toBe(input);
  });
});
