/** SPAKE's groups and keys, by the RFC's test vectors. */
import { describe, expect, test } from 'vitest';
import { EncryptionKey } from '../../src/crypto/index.js';
import { permittedGroups } from '../../src/preauth/spake/groups.js';
import { derivedKey, secretOf, transcriptHash } from '../../src/preauth/spake/keys.js';
import { CURVES, type Curve } from '../../src/preauth/spake/spake-curves.js';
import { hex } from '../support/hex.js';
import { SPAKE_VECTORS, type SpakeVector } from './spake.vectors.js';

const ALL_GROUPS = 'edwards25519 P-256 P-384 P-521';
const EDWARDS25519 = 1;
const COFACTOR = 8n;

function groupOf(number: number) {
  const group = permittedGroups(ALL_GROUPS).find((each) => each.number === number);
  const curve = CURVES.get(number);
  if (group === undefined || curve === undefined) {
    throw new Error(`no group ${number}`);
  }
  return { group, curve };
}

/** Returns the secret whose product with the cofactor is the vector's y. */
function secretIn({ group, y }: SpakeVector): bigint {
  const littleEndian = group === EDWARDS25519;
  const octets = littleEndian ? Buffer.from(hex(y)).reverse() : Buffer.from(hex(y));
  const value = BigInt(`0x${octets.toString('hex')}`);
  return littleEndian ? value / COFACTOR : value;
}

const text = (octets: Uint8Array | undefined) => Buffer.from(octets ?? []).toString('hex');

describe.each(SPAKE_VECTORS)('$title', (vector) => {
  const { group, curve } = groupOf(vector.group);
  const initial = new EncryptionKey(vector.etype, hex(vector.initialKey));
  const [w, t] = [hex(vector.w), hex(vector.t)];

  test('the secret of both sides comes from the client’s key', () => {
    expect(text(secretOf(initial, group))).toBe(vector.w);
  });

  test('the client’s element and the shared one are those of the RFC', () => {
    const agreement = curve.agree(secretIn(vector), w, t);
    expect(text(agreement?.publicElement)).toBe(vector.s);
    expect(text(agreement?.shared)).toBe(vector.k);
  });

  test('transcript and keys are those of the RFC', () => {
    const [support, challenge] = [hex(vector.support), hex(vector.challenge)];
    const transcript = transcriptHash(group, support, challenge, hex(vector.s));
    expect(text(transcript)).toBe(vector.transcript);
    const shared = hex(vector.k);
    const material = { group, initial, w, shared, transcript, requestBody: hex(vector.body) };
    const keys = vector.keys.map((_, n) => text(derivedKey(material, n).value));
    expect(keys).toEqual(vector.keys);
  });
});

/** Returns a group's curve, a secret of the client, and some w. */
function ordinary(number: number): { curve: Curve; secret: bigint; w: Uint8Array } {
  const { group, curve } = groupOf(number);
  return { curve, secret: curve.randomSecret(), w: new Uint8Array(group.scalarLength).fill(1) };
}

/** w = 1, as each group writes it. */
function one(number: number): Uint8Array {
  const { group } = groupOf(number);
  const w = new Uint8Array(group.scalarLength);
  w[number === EDWARDS25519 ? 0 : w.length - 1] = 1;
  return w;
}

describe('an element of the KDC is refused', () => {
  const M = {
    edwards25519: 'd048032c6ea0b6d697ddc2e86bda85a33adac920f1bf18e1b0c6d166a5cecdaf',
    'P-256': '02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f',
  };

  test.each([
    ['edwards25519', 1],
    ['P-256', 2],
  ] as const)(
    'if the shared element would be neutral, whatever the client’s secret: %s',
    (name, number) => {
      const { curve, secret } = ordinary(number);
      // With w = 1, T = M leaves nothing after T - wM.
      expect(curve.agree(secret, one(number), hex(M[name]))).toBeUndefined();
    },
  );

  test.each([
    ['zero octets', 1, ''],
    ['an octet too few', 1, M.edwards25519.slice(2)],
    ['an octet too many', 1, `${M.edwards25519}00`],
    ['not on the curve', 1, `02${'00'.repeat(31)}`],
    ['not reduced', 1, `eeff${'ff'.repeat(29)}7f`],
    ['zero octets', 2, ''],
    ['not compressed', 2, `04${'11'.repeat(64)}`],
    ['not on the curve', 2, `02${'00'.repeat(31)}07`],
    ['beyond the field', 2, `02${'ff'.repeat(32)}`],
    ['the neutral element', 2, '00'],
  ])('if it is %s in group %i', (_name, number, element) => {
    const { curve, secret, w } = ordinary(number);
    expect(curve.agree(secret, w, hex(element))).toBeUndefined();
  });

  test('if all that is left beside M is of small order: edwards25519', () => {
    const { curve, secret } = ordinary(EDWARDS25519);
    // M plus the point of order 2, (0, -1): the sign of x and y are turned.
    const p = 2n ** 255n - 19n;
    const octets = Buffer.from(hex(M.edwards25519)).reverse();
    const value = BigInt(`0x${octets.toString('hex')}`);
    const [sign, y] = [value >> 255n, value & (2n ** 255n - 1n)];
    const turned = ((1n - sign) << 255n) | (p - y);
    const element = Buffer.from(turned.toString(16).padStart(64, '0'), 'hex').reverse();
    expect(curve.agree(secret, one(EDWARDS25519), element)).toBeUndefined();
    // With another w, T - wM is no longer of small order.
    expect(curve.agree(secret, ordinary(EDWARDS25519).w, element)).toBeDefined();
  });
});

describe('spake_preauth_groups', () => {
  test.each([
    ['edwards25519', undefined],
    ['P-256,edwards25519', 'P-256, EDWARDS25519 p-256'],
    ['P-521', 'curve448 P-521'],
    ['', 'curve448'],
    ['', ''],
  ])('gives %s', (names, setting) => {
    expect(
      permittedGroups(setting)
        .map(({ name }) => name)
        .join(','),
    ).toBe(names);
  });
});
