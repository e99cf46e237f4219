/** Arbitrary values of every shape that caches and keytabs can hold. */
import fc from 'fast-check';
import type { Ccache, CcacheCredential } from '../../src/ccache/ccache.js';
import { EncryptionKey } from '../../src/crypto/encryption-key.js';
import type { Principal } from '../../src/principal.js';

export const int16 = fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 });
export const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
export const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
export const bytes = fc.uint8Array({ maxLength: 40 });
const text = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((each) => each.isWellFormed());

export const principal: fc.Arbitrary<Principal> = fc.record({
  nameType: int32,
  components: fc.array(text, { maxLength: 4 }),
  realm: text,
});

export const key = fc.tuple(int16, bytes).map(([etype, value]) => new EncryptionKey(etype, value));

const credential: fc.Arbitrary<CcacheCredential> = fc.record({
  client: principal,
  server: principal,
  key,
  authtime: fc.integer({ min: 0, max: 2 ** 32 - 2 }),
  starttime: uint32,
  endtime: uint32,
  renewTill: uint32,
  isSkey: fc.boolean(),
  flags: uint32,
  addresses: fc.array(fc.record({ addrType: int16, address: bytes }), { maxLength: 3 }),
  authorizationData: fc.array(fc.record({ adType: int16, adData: bytes }), { maxLength: 3 }),
  ticket: bytes,
  secondTicket: bytes,
});

const contents = {
  defaultPrincipal: principal,
  credentials: fc.array(credential, { maxLength: 4 }),
  configEntries: fc.array(
    fc.record({ key: text, principal: fc.option(text, { nil: undefined }), value: bytes }),
    { maxLength: 3 },
  ),
};
const timeOffset = fc.record({ seconds: int32, microseconds: int32 });

export const ccache: fc.Arbitrary<Ccache> = fc.oneof(
  fc.record({
    version: fc.constant<4>(4),
    timeOffset: fc.option(timeOffset, { nil: undefined }),
    ...contents,
  }),
  fc.record({ version: fc.constant<3>(3), timeOffset: fc.constant(undefined), ...contents }),
);

/** Returns a key as plain values: comparisons do not see into an EncryptionKey. */
export function plainKey({ etype, value }: EncryptionKey) {
  return { etype, value: Buffer.from(value).toString('hex') };
}

/** Returns a copy in which keys compare by their values. */
export function plainCcache(cache: Ccache) {
  return {
    ...cache,
    credentials: cache.credentials.map((each) => ({ ...each, key: plainKey(each.key) })),
  };
}
