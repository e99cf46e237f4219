/** Encryption, checksums and keys, with arbitrary and damaged input. */
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_ETYPES,
  decrypt,
  deriveKeys,
  EncryptionKey,
  encrypt,
  etypeInfo,
  KeyUsage,
  MAX_ITERATIONS,
  makeChecksum,
  prf,
  randomKey,
  stringToKey,
} from '../../src/crypto/index.js';
import { KrbErrorCode, LocalErrorCode } from '../../src/error-codes.js';
import { Krb5Error } from '../../src/errors.js';
import { verifyChecksum } from './verify-checksum.js';

const infos = DEFAULT_ETYPES.map((etype) => etypeInfo(etype));
const usage = KeyUsage.AP_REQ_AUTH;
const octets = (constraints?: fc.IntArrayConstraints) => fc.uint8Array(constraints);

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function counter(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
  return changed;
}

describe.each(infos)('$name', ({ etype, macLength, keyLength, name, defaultIterations }) => {
  const key = randomKey(etype);

  test('decrypts an encrypted plaintext of any length', () => {
    fc.assert(
      fc.property(octets({ maxLength: 300 }), fc.integer({ min: 0, max: 0x7fff_ffff }), (x, n) => {
        const ciphertext = encrypt(key, n, x);
        expect(ciphertext.length).toBe(16 + x.length + macLength);
        expect(Buffer.compare(decrypt(key, n, ciphertext), x)).toBe(0);
      }),
    );
  });

  test('does not change the plaintext and the ciphertext that it gets', () => {
    const plaintext = randomBytes(77);
    const before = Buffer.from(plaintext);
    const ciphertext = encrypt(key, usage, plaintext);
    const sent = Buffer.from(ciphertext);
    decrypt(key, usage, ciphertext);
    expect(plaintext.equals(before)).toBe(true);
    expect(ciphertext.equals(sent)).toBe(true);
  });

  test('does not change earlier results in later calls', () => {
    const first = encrypt(key, usage, Buffer.from('first'));
    const opened = decrypt(key, usage, first);
    const copy = Buffer.from(first);
    decrypt(key, usage, encrypt(key, usage, Buffer.from('later')));
    expect(first.equals(copy)).toBe(true);
    expect(opened.toString()).toBe('first');
  });

  test('encrypts one text to another ciphertext each time', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      seen.add(encrypt(key, usage, Buffer.from('same')).toString('hex').slice(0, 32));
    }
    expect(seen.size).toBe(1000);
  });

  test.each([0, 1, 15, 16, 17, 32, 33])(
    'refuses a ciphertext of %i octets with any bit flipped',
    (length) => {
      const ciphertext = encrypt(key, usage, randomBytes(length));
      for (let bit = 0; bit < ciphertext.length * 8; bit++) {
        const error = errorOf(() => decrypt(key, usage, flipped(ciphertext, bit)));
        expect(error).toBeInstanceOf(Krb5Error);
        expect(error).toMatchObject({ code: KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY });
      }
    },
  );

  test('refuses a ciphertext that is cut short or made longer', () => {
    const ciphertext = encrypt(key, usage, randomBytes(50));
    for (let length = 0; length < ciphertext.length; length++) {
      const code =
        length < 16 + macLength
          ? LocalErrorCode.KRB5_BAD_MSIZE
          : KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY;
      expect(errorOf(() => decrypt(key, usage, ciphertext.subarray(0, length)))).toMatchObject({
        code,
      });
    }
    expect(
      errorOf(() => decrypt(key, usage, Buffer.concat([ciphertext, Buffer.of(0)]))),
    ).toMatchObject({ code: KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY });
  });

  test('throws nothing but a Krb5Error for arbitrary octets', () => {
    fc.assert(
      fc.property(octets({ maxLength: 200 }), (x) => {
        expect(errorOf(() => decrypt(key, usage, x))).toBeInstanceOf(Krb5Error);
      }),
    );
  });

  test('does not decrypt with another key or for another usage', () => {
    const ciphertext = encrypt(key, usage, Buffer.from('text'));
    const code = KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY;
    expect(errorOf(() => decrypt(randomKey(etype), usage, ciphertext))).toMatchObject({ code });
    expect(errorOf(() => decrypt(key, usage + 1, ciphertext))).toMatchObject({ code });
  });

  test('verifies a checksum only for its data, key and usage', () => {
    const data = randomBytes(40);
    const checksum = makeChecksum(key, usage, data);
    expect(checksum.length).toBe(macLength);
    verifyChecksum(key, usage, data, checksum);
    const code = KrbErrorCode.KRB_AP_ERR_MODIFIED;
    const refused = (run: () => void) => expect(errorOf(run)).toMatchObject({ code });
    for (let bit = 0; bit < checksum.length * 8; bit++) {
      refused(() => verifyChecksum(key, usage, data, flipped(checksum, bit)));
    }
    for (let bit = 0; bit < data.length * 8; bit++) {
      refused(() => verifyChecksum(key, usage, flipped(data, bit), checksum));
    }
    for (let length = 0; length < checksum.length; length++) {
      refused(() => verifyChecksum(key, usage, data, checksum.subarray(0, length)));
    }
    refused(() => verifyChecksum(key, usage, data, Buffer.concat([checksum, Buffer.of(0)])));
    refused(() => verifyChecksum(randomKey(etype), usage, data, checksum));
    refused(() => verifyChecksum(key, usage + 1, data, checksum));
  });

  test.each([0, keyLength - 1, keyLength + 1, 64])('refuses a key of %i octets', (length) => {
    const wrong = new EncryptionKey(etype, randomBytes(length));
    for (const run of [() => deriveKeys(wrong, usage), () => prf(wrong, Buffer.alloc(0))]) {
      expect(errorOf(run)).toMatchObject({
        name: 'KRB5_BAD_KEYSIZE',
        message: expect.stringContaining(name),
      });
    }
  });

  test('makes random keys that differ and have the right length', () => {
    const [a, b] = [randomKey(etype), randomKey(etype)];
    expect(a.value.length).toBe(keyLength);
    expect(Buffer.compare(a.value, b.value)).not.toBe(0);
  });

  test.each([
    ['no octets', Buffer.alloc(0)],
    ['3 octets', Buffer.alloc(3, 1)],
    ['5 octets', Buffer.alloc(5)],
    ['0, which stands for 2^32 iterations', Buffer.alloc(4)],
    ['the largest number', Buffer.alloc(4, 0xff)],
    ['one iteration', counter(1)],
    ['one less than the default', counter(defaultIterations - 1)],
    ['one more than the bound', counter(MAX_ITERATIONS + 1)],
  ])('refuses string-to-key parameters: %s', async (_what, params) => {
    await expect(stringToKey(etype, 'secret-word', 'salt', params)).rejects.toMatchObject({
      name: 'KRB5_ERR_BAD_S2K_PARAMS',
      message: expect.not.stringContaining('secret-word'),
    });
  });
});

test('stringToKey takes parameters that lie inside a larger buffer', async () => {
  const message = Buffer.from('ffff00001002ffff', 'hex');
  const inside = await stringToKey(17, 'password', 'salt', message.subarray(2, 6));
  const alone = await stringToKey(17, 'password', 'salt', counter(0x1002));
  expect(Buffer.compare(inside.value, alone.value)).toBe(0);
});

test('stringToKey leaves the event loop free', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await stringToKey(18, 'password', 'salt', counter(0x20000));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(2);
});

describe('a key', () => {
  const secret = '5ec7e75ec7e75ec7e75ec7e75ec7e75e';
  const key = new EncryptionKey(17, Buffer.from(secret, 'hex'));
  const forms = [secret, 'Buffer', '94, 199', '[94,199'];

  test.each([
    ['inspect()', inspect(key)],
    ['inspect() with everything on', inspect(key, { showHidden: true, getters: true, depth: 9 })],
    ['inspect() without custom forms', inspect(key, { customInspect: false, showHidden: true })],
    ['inspect() of an object that holds it', inspect({ credential: { key } }, { depth: 9 })],
    ['JSON', JSON.stringify({ key })],
    ['a string', `${key}`],
    ['a structured clone', inspect(structuredClone(key))],
    ['inspect() of its derived keys', inspect(deriveKeys(key, 1), { showHidden: true, depth: 9 })],
  ])('does not show its octets in %s', (_where, shown) => {
    for (const form of forms) {
      expect(shown).not.toContain(form);
    }
  });

  test('shows its type', () => {
    expect(inspect(key)).toBe('EncryptionKey { etype: 17 }');
    expect(JSON.parse(JSON.stringify(key))).toEqual({ etype: 17 });
  });

  test('does not show its octets in an error', () => {
    for (const error of [
      errorOf(() => decrypt(key, 1, Buffer.alloc(64))),
      errorOf(() => verifyChecksum(key, 1, Buffer.alloc(1), Buffer.alloc(12))),
      errorOf(() => deriveKeys(new EncryptionKey(18, key.value), 1)),
      errorOf(() => deriveKeys(new EncryptionKey(23, key.value), 1)),
    ]) {
      expect(error).toBeInstanceOf(Krb5Error);
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('5ec7');
    }
  });
});
