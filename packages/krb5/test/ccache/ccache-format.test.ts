/** The file format of credential caches, with damaged files. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../tools/property-runs.mjs';
import type { Ccache } from '../../src/ccache/ccache.js';
import { decodeCcache } from '../../src/ccache/decode.js';
import { EncryptionKey } from '../../src/crypto/encryption-key.js';
import { Krb5Error } from '../../src/errors.js';
import { parsePrincipal } from '../../src/principal.js';
import { encodeCcache } from '../../src/testing/ccache-encoder.js';
import { ccache, plainCcache } from '../support/arbitrary.js';

const alice = parsePrincipal('alice@R');
const SAMPLE: Ccache = {
  version: 4,
  timeOffset: { seconds: -5, microseconds: 7 },
  defaultPrincipal: alice,
  credentials: [
    {
      client: alice,
      server: parsePrincipal('krbtgt/R@R'),
      key: new EncryptionKey(18, Buffer.from('the secret session key of 32 byt')),
      authtime: 1_700_000_000,
      starttime: 1_700_000_001,
      endtime: 4_000_000_000,
      renewTill: 0,
      isSkey: false,
      flags: 0x4061_0000,
      addresses: [{ addrType: 2, address: Buffer.from([10, 0, 0, 1]) }],
      authorizationData: [{ adType: 1, adData: Buffer.from('data') }],
      ticket: Buffer.from('ticket'),
      secondTicket: Buffer.from('second'),
    },
  ],
  configEntries: [{ key: 'pa_type', principal: 'krbtgt/R@R', value: Buffer.from('2') }],
};

describe('encodeCcache and decodeCcache', () => {
  it('give back the same cache', () => {
    fc.assert(
      fc.property(ccache, (cache) => {
        expect(plainCcache(decodeCcache(encodeCcache(cache)))).toEqual(plainCcache(cache));
      }),
    );
  });

  it('leave out removed credentials', () => {
    const removed = SAMPLE.credentials.map((each) => ({
      ...each,
      endtime: 0,
      authtime: 0xffff_ffff,
    }));
    const credentials = [...removed, ...SAMPLE.credentials];
    expect(decodeCcache(encodeCcache({ ...SAMPLE, credentials })).credentials).toHaveLength(1);
  });

  it('skip unknown header fields', () => {
    const encoded = Buffer.from(encodeCcache({ ...SAMPLE, timeOffset: undefined }));
    const header = Buffer.from([5, 4, 0, 18, 0, 9, 0, 2, 1, 2, 0, 1, 0, 8, 0, 0, 0, 3, 0, 0, 0, 4]);
    expect(decodeCcache(Buffer.concat([header, encoded.subarray(4)])).timeOffset).toEqual({
      seconds: 3,
      microseconds: 4,
    });
  });

  it('keep session keys out of inspect()', () => {
    const shown = inspect(decodeCcache(encodeCcache(SAMPLE)), { depth: null, showHidden: true });
    expect(shown).toContain('EncryptionKey { etype: 18 }');
    expect(shown).not.toContain(Buffer.from('the secret').toString('hex').slice(0, 8));
    expect(shown).not.toContain('74 68 65 20 73 65 63');
    expect(shown).not.toMatch(/116,\s*104,\s*101/);
    expect(JSON.stringify(SAMPLE.credentials[0]?.key)).toBe('{"etype":18}');
  });
});

describe('decodeCcache', () => {
  it.each([1, 2, 5])('refuses version %i by its number', (version) => {
    expect(() => decodeCcache(Buffer.from([5, version, 0, 0]))).toThrow(
      expect.objectContaining({
        name: 'KRB5_CCACHE_BADVNO',
        message: expect.stringContaining(`version ${version} cannot be read here`),
      }),
    );
  });

  it('refuses a file that is no cache', () => {
    expect(() => decodeCcache(Buffer.from('#!/bin/sh'))).toThrow(
      expect.objectContaining({ name: 'KRB5_CC_FORMAT', message: expect.stringMatching(/not a/) }),
    );
  });

  it('gives the tickets before the end of a file that ends too early, at any byte', () => {
    const whole = encodeCcache(SAMPLE);
    const [head, config] = [
      { ...SAMPLE, credentials: [], configEntries: [] },
      { ...SAMPLE, credentials: [] },
    ].map((each) => encodeCcache(each).length) as [number, number];
    for (let end = 0; end <= whole.length; end++) {
      const decode = () => decodeCcache(whole.subarray(0, end));
      if (end < head) {
        expect(decode).toThrow(expect.objectContaining({ name: 'KRB5_CC_FORMAT' }));
      } else {
        const { defaultPrincipal, credentials, configEntries, damage } = decode();
        expect(defaultPrincipal).toEqual(alice);
        expect(configEntries).toHaveLength(end < config ? 0 : 1);
        expect(credentials).toHaveLength(end < whole.length ? 0 : 1);
        expect(damage === undefined).toBe([head, config, whole.length].includes(end));
      }
    }
  });

  it('refuses counts larger than the file at once', () => {
    const huge = Buffer.alloc(4, 0xff);
    const start = Buffer.from([5, 4, 0, 0, 0, 0, 0, 1]);
    for (const announced of [huge, Buffer.concat([Buffer.from([0, 0, 0, 1]), huge])]) {
      expect(() => decodeCcache(Buffer.concat([start, announced]))).toThrow(
        expect.objectContaining({ name: 'KRB5_CC_FORMAT' }),
      );
    }
  });

  it('reads names that are not UTF-8, and different octets give different names', () => {
    const damaged = Buffer.from(encodeCcache({ ...SAMPLE, credentials: [], configEntries: [] }));
    const names = [0xe9, 0xe8].map((octet) => {
      damaged[damaged.length - 1] = octet;
      return decodeCcache(damaged).defaultPrincipal;
    });
    expect(names[0]).not.toEqual(names[1]);
    expect(names[1]?.components[0]).toBe('alic\udce8');
  });

  it('throws nothing but a Krb5Error for arbitrary and damaged bytes', () => {
    const whole = encodeCcache(SAMPLE);
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 });
    const damaged = damage.map((changes) => {
      const copy = Uint8Array.from(whole);
      for (const [at, value] of changes) {
        copy[at] = value;
      }
      return copy;
    });
    const start = fc
      .uint8Array({ maxLength: 300 })
      .map((rest) => Uint8Array.from([5, 4, 0, 0, ...rest]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), start, damaged), (bytes) => {
        try {
          decodeCcache(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Krb5Error);
        }
      }),
      runs(1000),
    );
  });
});
