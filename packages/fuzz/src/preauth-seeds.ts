/** The first inputs of the target of preauthentication. */
import { KEYS } from './keys.js';
import {
  checksumOf,
  encode,
  fastMessages,
  KeyUsage,
  krbError,
  paSpake,
  type SpakeChallenge,
  types,
} from './krb5-internals.js';
import { NONCE } from './targets/preauthentication.js';

const REALM = 'EXAMPLE.ORG';
/** SPAKE's SF-NONE. */
const FACTORS = [{ type: 1 }];
/** An element of each group: base points. */
const ELEMENTS: readonly SpakeChallenge[] = [
  { group: 1, pubkey: Buffer.from(`58${'66'.repeat(31)}`, 'hex'), factors: FACTORS },
  {
    group: 2,
    pubkey: Buffer.from(
      '036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
      'hex',
    ),
    factors: FACTORS,
  },
  { group: 5, pubkey: new Uint8Array(), factors: FACTORS },
  { group: 1, pubkey: new Uint8Array(32), factors: [{ type: 2, data: Buffer.of(1) }] },
];

function withMode(mode: number, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(mode), data]);
}

/** Returns SPAKE's messages, and FAST's responses with an error and with a reply in them. */
export function preauthInputs(): Buffer[] {
  const [key] = KEYS;
  const cipher = { etype: key.etype, cipher: new Uint8Array(40) };
  const spake = [
    ...ELEMENTS.map((value) => encode(paSpake, { type: 'challenge', value })),
    encode(paSpake, { type: 'support', value: { groups: [1, 2, 3, 4] } }),
    encode(paSpake, { type: 'encdata', value: cipher }),
    new Uint8Array(),
  ];
  const name = { nameType: 1, nameString: ['alice'] };
  const error = encode(krbError, {
    pvno: types.PVNO,
    msgType: types.MessageType.KRB_ERROR,
    stime: 0,
    susec: 0,
    errorCode: 25,
    realm: REALM,
    sname: name,
  });
  const ticketChecksum = checksumOf(
    key,
    KeyUsage.FAST_FINISHED,
    Uint8Array.of(types.encodedTicket.tag, 0),
  );
  const responses = [
    { padata: [{ padataType: types.PaDataType.PA_FX_ERROR, padataValue: error }], nonce: NONCE },
    {
      padata: [],
      strengthenKey: key,
      finished: { timestamp: 0, usec: 0, crealm: REALM, cname: name, ticketChecksum },
      nonce: NONCE,
    },
  ].map((response) => encode(fastMessages.krbFastResponse, response));
  const reply = encode(fastMessages.paFxFastReply, {
    type: 'armoredData' as const,
    value: { encFastRep: cipher },
  });
  return [
    ...spake.flatMap((message) => [withMode(0, message), withMode(1, message)]),
    ...responses.map((response) => withMode(2, response)),
    withMode(3, reply),
  ];
}
