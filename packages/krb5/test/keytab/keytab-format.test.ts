/** The file format of keytabs, and the choice of a key. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../tools/property-runs.mjs';
import { EncryptionKey } from '../../src/crypto/encryption-key.js';
import { Krb5Error } from '../../src/errors.js';
import { decodeKeytab } from '../../src/keytab/decode.js';
import { findKey, type KeytabEntry, keytabEntries } from '../../src/keytab/keytab.js';
import { locateKeytab } from '../../src/keytab/read-keytab.js';
import { parsePrincipal } from '../../src/principal.js';
import { encodeKeytab } from '../../src/testing/keytab-encoder.js';
import { key, plainKey, principal, uint32 } from '../support/arbitrary.js';

const entries: fc.Arbitrary<KeytabEntry[]> = fc.array(
  fc.record({ principal, timestamp: uint32, kvno: uint32, key }),
  { maxLength: 5 },
);

function plain(list: readonly KeytabEntry[]) {
  return list.map((entry) => ({ ...entry, key: plainKey(entry.key) }));
}

function entry(name: string, etype: number, kvno: number, timestamp = 0): KeytabEntry {
  const value = Buffer.from(`key ${kvno}`);
  return { principal: parsePrincipal(name), timestamp, kvno, key: new EncryptionKey(etype, value) };
}

describe('encodeKeytab and decodeKeytab', () => {
  it('give back the same entries', () => {
    fc.assert(
      fc.property(entries, (list) => {
        expect(plain(decodeKeytab(encodeKeytab(list)).entries)).toEqual(plain(list));
      }),
    );
  });

  it('take the version of 8 bits if no version of 32 bits, or only zeros of a former hole, follow', () => {
    const whole = Buffer.from(encodeKeytab([entry('a@R', 18, 7)]));
    const short = Buffer.from(whole.subarray(0, -4));
    short.writeInt32BE(short.length - 6, 2);
    const zeros = Buffer.from(whole);
    zeros.writeUInt32BE(0, zeros.length - 4);
    for (const bytes of [whole, short, zeros]) {
      expect(decodeKeytab(bytes).entries.map(({ kvno }) => kvno)).toEqual([7]);
    }
  });

  it('skip holes, and end at a length of 0', () => {
    const [one, two] = [entry('a@R', 18, 1), entry('b@R', 17, 2)].map((each) =>
      Buffer.from(encodeKeytab([each])).subarray(2),
    );
    const hole = Buffer.from([0xff, 0xff, 0xff, 0xfb, 1, 2, 3, 4, 5]);
    const bytes = [Buffer.from([5, 2]), one, hole, two, Buffer.alloc(4), Buffer.from('rest')];
    const read = decodeKeytab(Buffer.concat(bytes.filter((each) => each !== undefined)));
    expect(read.entries.map(({ kvno }) => kvno)).toEqual([1, 2]);
  });

  it('keep keys out of inspect()', () => {
    const shown = inspect(decodeKeytab(encodeKeytab([entry('a@R', 18, 1)])), {
      depth: null,
      showHidden: true,
    });
    expect(shown).toContain('EncryptionKey { etype: 18 }');
    expect(shown).not.toMatch(/6b 65 79|107,\s*101,\s*121/);
  });
});

describe('decodeKeytab', () => {
  it.each([
    [Buffer.from([5, 1]), /keytabs of version 1 cannot be read here/],
    [Buffer.from('text'), /not a keytab/],
  ])('refuses %j', (bytes, message) => {
    expect(() => decodeKeytab(bytes)).toThrow(
      expect.objectContaining({
        name: 'KRB5_KEYTAB_BADVNO',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('gives the entries before the end of a file that ends too early, at any byte', () => {
    const first = encodeKeytab([entry('a/b@R', 18, 1)]);
    const whole = encodeKeytab([entry('a/b@R', 18, 1), entry('c@R', 17, 2)]);
    for (let end = 0; end <= whole.length; end++) {
      const decode = () => decodeKeytab(whole.subarray(0, end));
      if (end < 2) {
        expect(decode).toThrow(expect.objectContaining({ name: 'KRB5_KT_FORMAT' }));
      } else {
        const { entries: read, damage } = decode();
        expect(read).toHaveLength(end < first.length ? 0 : end < whole.length ? 1 : 2);
        expect(damage === undefined).toBe([2, first.length, whole.length].includes(end));
      }
    }
  });

  it('throws nothing but a Krb5Error for arbitrary and damaged bytes', () => {
    const start = fc.uint8Array({ maxLength: 200 }).map((rest) => Uint8Array.from([5, 2, ...rest]));
    const framed = fc
      .uint8Array({ maxLength: 200 })
      .map((rest) => Uint8Array.from([5, 2, 0, 0, 0, rest.length, ...rest]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), start, framed), (bytes) => {
        try {
          decodeKeytab(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Krb5Error);
        }
      }),
      runs(1000),
    );
  });
});

describe('findKey', () => {
  const keytab = {
    path: '/k',
    entries: [
      entry('host/a@R', 18, 1),
      entry('host/a@R', 18, 3),
      entry('host/a@R', 17, 3),
      entry('host/a@R', 18, 2),
      entry('host/b@R', 18, 9),
    ],
  };
  const host = parsePrincipal('host/a@R');
  const found = (query: { etype?: number; kvno?: number }, entriesOf = keytab.entries) => {
    const each = findKey({ ...keytab, entries: entriesOf }, { principal: host, ...query });
    return [each.key.etype, each.kvno];
  };

  it('finds the newest version if no version is asked for', () => {
    expect(found({})).toEqual([18, 3]);
    expect(found({ etype: 17 })).toEqual([17, 3]);
    expect(found({ etype: 18, kvno: 1 })).toEqual([18, 1]);
  });

  it('ranks a low version above a high version that was written earlier', () => {
    expect(found({}, [entry('host/a@R', 18, 255, 10), entry('host/a@R', 18, 1, 20)])).toEqual([
      18, 1,
    ]);
    expect(found({}, [entry('host/a@R', 18, 1, 20), entry('host/a@R', 18, 255, 10)])).toEqual([
      18, 1,
    ]);
    expect(found({}, [entry('host/a@R', 18, 255, 20), entry('host/a@R', 18, 1, 10)])).toEqual([
      18, 255,
    ]);
  });

  it('finds a version by its lower 8 bits, unless the whole version is there', () => {
    const cut = entry('host/a@R', 18, 300 & 0xff);
    expect(found({ kvno: 300 }, [cut])).toEqual([18, 44]);
    expect(found({ kvno: 300 }, [cut, entry('host/a@R', 18, 300)])).toEqual([18, 300]);
  });

  it('keytabEntries lists all keys of a principal', () => {
    expect(keytabEntries(keytab, host).map(({ kvno }) => kvno)).toEqual([1, 3, 3, 2]);
    expect(keytabEntries(keytab, parsePrincipal('nobody@R'))).toEqual([]);
  });

  it.each([
    [
      { principal: parsePrincipal('host/c@R') },
      'KRB5_KT_NOTFOUND',
      'the keytab /k has no key of host/c@R; it has keys of host/a@R, host/b@R',
    ],
    [
      { principal: host, etype: 23 },
      'KRB5_KT_NOTFOUND',
      'the keytab /k has no arcfour-hmac key of host/a@R; its types are aes256-cts-hmac-sha1-96, aes128-cts-hmac-sha1-96',
    ],
    [
      { principal: host, etype: 18, kvno: 4 },
      'KRB5_KT_KVNONOTFOUND',
      'the keytab /k has no key of host/a@R with version 4, only 1, 3, 2: write the keytab anew',
    ],
  ])('lists the keys that there are instead of %j', (query, name, message) => {
    expect(() => findKey(keytab, query)).toThrow(expect.objectContaining({ name, message }));
  });

  it('says that a keytab is damaged if the key may be in the lost part', () => {
    const damaged = { ...keytab, damage: '5 bytes announced at offset 2, 1 there' };
    expect(() => findKey(damaged, { principal: parsePrincipal('host/c@R') })).toThrow(
      /host\/b@R; the file is damaged \(5 bytes announced at offset 2, 1 there\): write it anew$/,
    );
    expect(findKey(damaged, { principal: host }).kvno).toBe(3);
  });

  it('lists nobody for an empty keytab, and twenty of a thousand names', () => {
    const many = Array.from({ length: 1000 }, (_, at) => entry(`p${at}@R`, 18, 1));
    const message = (list: readonly KeytabEntry[]) => {
      try {
        return findKey({ path: '/k', entries: list }, { principal: host });
      } catch (error) {
        return String(error);
      }
    };
    expect(message([])).toMatch(/it has keys of nobody$/);
    expect(message(many)).toMatch(/p19@R and 980 more$/);
  });
});

describe('locateKeytab', () => {
  it.each([
    ['FILE:/etc/x', '/etc/x'],
    ['WRFILE:/etc/x', '/etc/x'],
    ['/etc/x', '/etc/x'],
    ['/etc/x:y', '/etc/x:y'],
    ['relative', 'relative'],
  ])('finds %s', (name, path) => {
    expect(locateKeytab(name)).toBe(path);
  });

  it.each(['MEMORY:x', 'KDB:', 'SRVTAB:/x', ':x'])('refuses %s', (name) => {
    expect(() => locateKeytab(name)).toThrow(
      expect.objectContaining({
        name: 'KRB5_KT_UNKNOWN_TYPE',
        message: expect.stringMatching(/cannot be read here: use FILE:\/path$/),
      }),
    );
  });

  it.each(['', 'FILE:'])('refuses "%s"', (name) => {
    expect(() => locateKeytab(name)).toThrow(expect.objectContaining({ name: 'KRB5_KT_BADNAME' }));
  });
});
