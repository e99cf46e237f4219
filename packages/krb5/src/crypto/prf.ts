/** The pseudo-random function of keys, and keys made with it. */
import { EncryptionKey } from './encryption-key.js';
import { checkedEtypeInfo } from './usage-keys.js';

/**
 * Computes PRF(key, input): `EtypeInfo.prfLength` octets (RFC 3962, section 6; RFC 8009, section 5).
 * FAST (RFC 6113) derives its keys with it. Throws Krb5Error for an unusable key
 * (`checkedEtypeInfo`).
 */
export function prf(key: EncryptionKey, input: Uint8Array): Buffer {
  const info = checkedEtypeInfo(key);
  return info.profile.prf(info, key.value, input);
}

/**
 * Computes PRF+(key, input): `length` octets, at most 255 times `EtypeInfo.prfLength` (RFC 6113,
 * section 5.1). Throws as `prf` does.
 */
export function prfPlus(key: EncryptionKey, input: Uint8Array, length: number): Buffer {
  return countedBlocks(length, (count) => prf(key, Buffer.concat([count, input])));
}

/** Joins the blocks that `block` makes of the octets 1, 2 and so on, and cuts them to `length` octets. */
export function countedBlocks(length: number, block: (count: Buffer) => Buffer): Buffer {
  const blocks: Buffer[] = [];
  let got = 0;
  while (got < length) {
    const next = block(Buffer.of(blocks.length + 1));
    blocks.push(next);
    got += next.length;
  }
  return Buffer.concat(blocks, length);
}

/**
 * KRB-FX-CF2: combines two keys, each with a text for its purpose (RFC 6113, section 5.1). The result
 * has the type of `first`. Throws as `prf` does.
 */
export function combineKeys(
  first: EncryptionKey,
  firstPepper: string,
  second: EncryptionKey,
  secondPepper: string,
): EncryptionKey {
  const { keyLength } = checkedEtypeInfo(first);
  const value = prfPlus(first, Buffer.from(firstPepper), keyLength);
  const other = prfPlus(second, Buffer.from(secondPepper), keyLength);
  // random-to-key is the identity for AES.
  return new EncryptionKey(
    first.etype,
    value.map((octet, at) => octet ^ (other[at] ?? 0)),
  );
}
