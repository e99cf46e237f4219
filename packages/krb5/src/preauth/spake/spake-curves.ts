/**
 * The elliptic curves of SPAKE's groups (RFC 9588, section 12.2), on @noble/curves. This file alone
 * loads the library: `spake.ts` imports it when a KDC has sent a challenge. The bundle of packages/cli
 * has a file for it.
 */
import { randomBytes } from 'node:crypto';
import type { CurvePoint, CurvePointCons } from '@noble/curves/abstract/curve.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { SpakeGroup } from './groups.js';

/** Octets that a random scalar has beyond its order's, so that no value is likelier than another. */
const SPARE_OCTETS = 16;
const OCTET_BITS = 8n;

/** The client's public element S, and K, the element that both sides share. */
export interface Agreement {
  readonly publicElement: Uint8Array;
  readonly shared: Uint8Array;
}

/** One group's arithmetic. Scalars are in the group's own order of octets. */
export interface Curve {
  /** Draws the client's secret: a scalar from 1 up to the group's order. */
  readonly randomSecret: () => bigint;
  /**
   * Computes S = yG + wN and K = y(T - wM) for the secret, where y is the secret times the cofactor
   * (RFC 9588, section 5). `w` and `theirs`, the KDC's T, are octets. Returns undefined if T is no
   * element of the group, or if K is the neutral element.
   */
  readonly agree: (secret: bigint, w: Uint8Array, theirs: Uint8Array) => Agreement | undefined;
}

interface CurveOptions<P extends CurvePoint<bigint, P>> {
  readonly point: CurvePointCons<P>;
  /** The constants of the group (RFC 9588, section 12.2), compressed and in hex. */
  readonly m: string;
  readonly n: string;
  readonly order: bigint;
  readonly cofactor: bigint;
  readonly littleEndian: boolean;
}

function toBigInt(octets: Uint8Array, littleEndian: boolean): bigint {
  const ordered = littleEndian ? Uint8Array.from(octets).reverse() : octets;
  return ordered.reduce((value, octet) => (value << OCTET_BITS) | BigInt(octet), 0n);
}

function curve<P extends CurvePoint<bigint, P>>(options: CurveOptions<P>): Curve {
  const { point, order, cofactor, littleEndian } = options;
  const elementLength = Buffer.byteLength(options.m, 'hex');
  const decode = (element: Uint8Array): P | undefined => {
    if (element.length !== elementLength) {
      return undefined;
    }
    try {
      return point.fromBytes(element);
    } catch {
      // The library's word for octets that are no point of the curve.
      return undefined;
    }
  };
  return {
    randomSecret: () => {
      const octets = randomBytes(elementLength + SPARE_OCTETS);
      return (toBigInt(octets, false) % (order - 1n)) + 1n;
    },
    agree: (secret, wOctets, theirs) => {
      const w = toBigInt(wOctets, littleEndian) % order;
      // Decompressed here, so that loading this file does not do it for all groups.
      const [m, n] = [point.fromHex(options.m), point.fromHex(options.n)];
      const element = decode(theirs);
      const cleared = element?.subtract(m.multiply(w)).clearCofactor();
      if (cleared === undefined || cleared.is0()) {
        return undefined;
      }
      const own = point.BASE.multiply((secret * cofactor) % order).add(n.multiply(w));
      return {
        publicElement: own.toBytes(),
        shared: cleared.multiply(secret).toBytes(),
      };
    },
  };
}

/** The curves, by the number of their group. */
export const CURVES: ReadonlyMap<number, Curve> = new Map([
  [
    SpakeGroup.EDWARDS25519,
    curve({
      point: ed25519.Point,
      order: ed25519.Point.Fn.ORDER,
      cofactor: 8n,
      littleEndian: true,
      m: 'd048032c6ea0b6d697ddc2e86bda85a33adac920f1bf18e1b0c6d166a5cecdaf',
      n: 'd3bfb518f44f3430f29d0c92af503865a1ed3281dc69b35dd868ba85f886c4ab',
    }),
  ],
  [
    SpakeGroup.P_256,
    curve({
      point: p256.Point,
      order: p256.Point.Fn.ORDER,
      cofactor: 1n,
      littleEndian: false,
      m: '02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f',
      n: '03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49',
    }),
  ],
  [
    SpakeGroup.P_384,
    curve({
      point: p384.Point,
      order: p384.Point.Fn.ORDER,
      cofactor: 1n,
      littleEndian: false,
      m: '030ff0895ae5ebf6187080a82d82b42e2765e3b2f8749c7e05eba366434b363d3dc36f15314739074d2eb8613fceec2853',
      n: '02c72cf2e390853a1c1c4ad816a62fd15824f56078918f43f922ca21518f9c543bb252c5490214cf9aa3f0baab4b665c10',
    }),
  ],
  [
    SpakeGroup.P_521,
    curve({
      point: p521.Point,
      order: p521.Point.Fn.ORDER,
      cofactor: 1n,
      littleEndian: false,
      m: '02003f06f38131b2ba2600791e82488e8d20ab889af753a41806c5db18d37d85608cfae06b82e4a72cd744c719193562a653ea1f119eef9356907edc9b56979962d7aa',
      n: '0200c7924b9ec017f3094562894336a53c50167ba8c5963876880542bc669e494b2532d76c5b53dfb349fdf69154b9e0048c58a42e8ed04cef052a3bc349d95575cd25',
    }),
  ],
]);
