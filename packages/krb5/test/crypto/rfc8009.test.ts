/** AES with SHA-2, with the vectors of RFC 8009. */
import { describe, expect, test } from 'vitest';
import { paddedLength } from '../../src/crypto/aes-cts.js';
import {
  decrypt,
  deriveKeys,
  EncryptionKey,
  etypeInfo,
  makeChecksum,
  prf,
  stringToKey,
} from '../../src/crypto/index.js';
import { hex, toHex } from '../support/hex.js';
import {
  AES128_CTS_HMAC_SHA256_128,
  AES256_CTS_HMAC_SHA384_192,
  KEY_USAGE,
} from './rfc8009.vectors.js';
import { verifyChecksum } from './verify-checksum.js';

describe.each([AES128_CTS_HMAC_SHA256_128, AES256_CTS_HMAC_SHA384_192])(
  'RFC 8009, appendix A: etype $etype',
  (vectors) => {
    const { etype } = vectors;
    const info = etypeInfo(etype);
    const key = new EncryptionKey(etype, hex(vectors.baseKey));

    test('stringToKey gives the key', async () => {
      const given = await stringToKey(etype, 'password', hex(vectors.salt), hex('00008000'));
      expect(toHex(given.value)).toBe(vectors.stringToKey);
    });

    test('stringToKey takes 32,768 iterations by default', async () => {
      const given = await stringToKey(etype, 'password', hex(vectors.salt));
      expect(toHex(given.value)).toBe(vectors.stringToKey);
    });

    test('deriveKeys gives the derived keys', () => {
      const keys = deriveKeys(key, KEY_USAGE);
      expect(toHex(keys.kc.export())).toBe(vectors.kc);
      expect(toHex(keys.ke.export())).toBe(vectors.ke);
      expect(toHex(keys.ki.export())).toBe(vectors.ki);
    });

    test.each(vectors.encryption)(
      'encryption and decryption of "$plaintext" give the vectors',
      (vector) => {
        expect(toHex(decrypt(key, KEY_USAGE, hex(vector.ciphertext)))).toBe(vector.plaintext);

        const plaintext = hex(vector.confounder + vector.plaintext);
        const padded = Buffer.alloc(paddedLength(plaintext.length));
        plaintext.copy(padded);
        const encrypted = deriveKeys(key, KEY_USAGE).cts.encrypt(padded, plaintext.length);
        expect(toHex(encrypted)).toBe(vector.ciphertext.slice(0, -2 * info.macLength));
      },
    );

    test('makeChecksum gives the checksum', () => {
      const input = hex(vectors.checksumInput);
      expect(toHex(makeChecksum(key, KEY_USAGE, input))).toBe(vectors.checksum);
      verifyChecksum(key, KEY_USAGE, input, hex(vectors.checksum));
    });

    test('prf gives the octets', () => {
      expect(toHex(prf(key, hex(vectors.prfInput)))).toBe(vectors.prf);
    });
  },
);
