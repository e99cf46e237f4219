/** The frame of GSS tokens, and the flags in a context's checksum. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Asn1Error } from '../../src/asn1/asn1-error.js';
import { decodeContextChecksum, encodeContextChecksum } from '../../src/gss/context-flags.js';
import { frameToken, unframeToken } from '../../src/gss/token-framing.js';

const tokenId = fc.integer({ min: 0, max: 0xffff });

test('unframeToken gives back a message of any length', () => {
  const edges = [0, 0x7f, 0xff, 0x100, 0xffff, 0x1_0000].flatMap((edge) =>
    Array.from({ length: 20 }, (_, before) => edge - before).filter((length) => length >= 0),
  );
  fc.assert(
    fc.property(tokenId, fc.constantFrom(...edges), (id, length) => {
      const message = Buffer.alloc(length, id);
      const token = frameToken(id, message);
      const found = unframeToken(token);
      expect(found.tokenId).toBe(id);
      expect(Buffer.compare(found.message, message)).toBe(0);
      expect(() => unframeToken(token.subarray(0, -1))).toThrow(Asn1Error);
      expect(() => unframeToken(Buffer.concat([token, Buffer.of(0)]))).toThrow(Asn1Error);
    }),
  );
});

test('a changed token gives a message or an Asn1Error', () => {
  const change = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 });
  fc.assert(
    fc.property(tokenId, fc.uint8Array({ maxLength: 40 }), change, (id, message, changes) => {
      const token = frameToken(id, message);
      for (const [at, octet] of changes) {
        token[at % token.length] = octet;
      }
      try {
        unframeToken(token);
      } catch (error) {
        expect(error).toBeInstanceOf(Asn1Error);
      }
    }),
  );
});

test('decodeContextChecksum gives back the flags, and undefined for other bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.uint8Array(), (flags, bytes) => {
      expect(decodeContextChecksum(encodeContextChecksum(flags))).toBe(flags);
      expect(decodeContextChecksum(bytes.subarray(0, 23))).toBeUndefined();
    }),
  );
});
