/** The secret, transcript and keys of SPAKE (RFC 9588, sections 5 to 7). */
import { createHash } from 'node:crypto';
import {
  combineKeys,
  countedBlocks,
  EncryptionKey,
  etypeInfo,
  prfPlus,
} from '../../crypto/index.js';
import type { GroupInfo } from './groups.js';

const UINT32_OCTETS = 4;

function uint32(value: number): Buffer {
  const octets = Buffer.alloc(UINT32_OCTETS);
  octets.writeUInt32BE(value);
  return octets;
}

function digest({ hash }: GroupInfo, parts: readonly Uint8Array[]): Buffer {
  const state = createHash(hash);
  for (const part of parts) {
    state.update(part);
  }
  return state.digest();
}

/** Derives w, the secret that both sides know, from the client's key (section 5). */
export function secretOf(key: EncryptionKey, { number, scalarLength }: GroupInfo): Uint8Array {
  const input = Buffer.concat([Buffer.from('SPAKEsecret'), uint32(number)]);
  return prfPlus(key, input, scalarLength);
}

/**
 * Returns the hash of the whole transcript: the client's support message, empty if it sent none, the
 * KDC's challenge, and the client's public element (section 6).
 */
export function transcriptHash(
  group: GroupInfo,
  support: Uint8Array,
  challenge: Uint8Array,
  publicElement: Uint8Array,
): Uint8Array {
  const nothing = Buffer.alloc(digest(group, []).length);
  return digest(group, [digest(group, [nothing, support, challenge]), publicElement]);
}

/** What the keys of one exchange are made of. */
export interface KeyMaterial {
  readonly group: GroupInfo;
  /** The client's own key. */
  readonly initial: EncryptionKey;
  readonly w: Uint8Array;
  /** K, the element that both sides have computed. */
  readonly shared: Uint8Array;
  readonly transcript: Uint8Array;
  /** The encoded KDC-REQ-BODY of the request that carries the response. */
  readonly requestBody: Uint8Array;
}

/** Derives K'[n] (section 7): 0 is the reply key, 1 encrypts the response. */
export function derivedKey(material: KeyMaterial, n: number): EncryptionKey {
  const { group, initial, w, shared, transcript, requestBody } = material;
  const { keyLength } = etypeInfo(initial.etype);
  const parts = [
    Buffer.from('SPAKEkey'),
    uint32(group.number),
    uint32(initial.etype),
    w,
    shared,
    transcript,
    requestBody,
    uint32(n),
  ];
  const seed = countedBlocks(keyLength, (count) => digest(group, [...parts, count]));
  return combineKeys(initial, 'SPAKE', new EncryptionKey(initial.etype, seed), 'keyderiv');
}
