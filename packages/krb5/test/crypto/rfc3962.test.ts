/** AES with SHA-1, with the vectors of RFC 3962. */
import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCts, paddedLength } from '../../src/crypto/aes-cts.js';
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
    const cts = createCts('aes-128-cbc', key);
    expect(toHex(cts.encrypt(padded, plaintext.length))).toBe(output);
    expect(toHex(cts.decrypt(hex(output)))).toBe(input);
  });

  test('every message begins anew, whatever came before', () => {
    const messages = fc.array(fc.uint8Array({ minLength: 16, maxLength: 100 }), { minLength: 1 });
    fc.assert(
      fc.property(messages, (plaintexts) => {
        const kept = createCts('aes-128-cbc', key);
        for (const plaintext of plaintexts) {
          const padded = () => {
            const blocks = Buffer.alloc(paddedLength(plaintext.length));
            blocks.set(plaintext);
            return blocks;
          };
          const encrypted = kept.encrypt(padded(), plaintext.length);
          const single = createCts('aes-128-cbc', key);
          expect(toHex(single.encrypt(padded(), plaintext.length))).toBe(toHex(encrypted));
          expect(toHex(kept.decrypt(encrypted))).toBe(toHex(plaintext));
        }
      }),
    );
  });
});
