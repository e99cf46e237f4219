/**
 * Target: a request to the test KDC.
 *
 * The first byte modulo 3 says what the rest is:
 * - 0: the request itself
 * - 1: two pieces, a PA-ENC-TS-ENC, which the target seals correctly, and the body of an AS-REQ
 * - 2: three pieces, an EncTicketPart and an Authenticator, which the target seals correctly, and the
 *   body of a TGS-REQ; the authenticator gets the right checksum of the body
 */
import { requireThat, unlessRefused } from '../findings.js';
import { KEYS } from '../keys.js';
import {
  Asn1Error,
  apMessages,
  checksumOf,
  constructedTypes,
  decode,
  decryptData,
  encode,
  encryptData,
  KeyUsage,
  kdcMessages,
  krbError,
  parsePrincipal,
  primitiveTypes,
  tgsPrincipal,
  toPrincipalName,
  types,
} from '../krb5-internals.js';
import { splitPieces } from '../pieces.js';
import { answerRequest, createPrincipals, type KdcState } from '../testing-internals.js';

export const REALM = 'EXAMPLE.ORG';
export const CLIENT = parsePrincipal(`alice@${REALM}`);
export const SERVER = parsePrincipal(`host/server.example.org@${REALM}`);
/** The KDC's time, in seconds since 1970. */
export const NOW = 2_000_000_000;
/** The session key in every ticket that a request shows. */
export const [SESSION_KEY] = KEYS;
const [{ etype: ETYPE }, { etype: OTHER_ETYPE }] = KEYS;
const DAY_S = 24 * 60 * 60;
const MS_PER_SECOND = 1000;
const SEQUENCE = 0x30;
/** The types of the elements in a KDC-REQ, by the codec of this target. */
const { application, encoded, optional, required, sequence } = constructedTypes;

const kdcReq = sequence({
  pvno: required(1, primitiveTypes.int32),
  msgType: required(2, primitiveTypes.int32),
  padata: optional(3, types.paDataSequence),
  bodyBytes: required(4, encoded(SEQUENCE)),
});

const principals = createPrincipals(REALM, [ETYPE, OTHER_ETYPE]);
const client = principals.add('alice', {});
const service = principals.add('host/server.example.org', { maxLifetime: DAY_S / 2 });
principals.add('krbtgt/OTHER.ORG', {});
principals.add('locked', { locked: true });
principals.add('host/locked.example.org', { locked: true });

const STATE: KdcState = {
  realm: REALM,
  principals,
  trusted: new Map([
    [
      'OTHER.ORG',
      { realm: 'OTHER.ORG', hasPrincipal: (name) => name === 'host/far.other.org@OTHER.ORG' },
    ],
  ]),
  maxLifetime: DAY_S,
  maxRenewableLifetime: 7 * DAY_S,
  clockskew: 300,
  now: () => NOW * MS_PER_SECOND,
};

function request(msgType: number, padataType: number, padataValue: Uint8Array, body: Uint8Array) {
  const codec = application(msgType, kdcReq);
  const isSequence = body[0] === SEQUENCE;
  return encode(codec, {
    pvno: types.PVNO,
    msgType,
    padata: [{ padataType, padataValue }],
    bodyBytes: isSequence ? body : Uint8Array.of(SEQUENCE, 0),
  });
}

async function asRequest([timestamp = Buffer.alloc(0), body = Buffer.alloc(0)]: Buffer[]) {
  const key = await client.keys[0].key(ETYPE);
  const sealed = encryptData(key, KeyUsage.AS_REQ_PA_ENC_TIMESTAMP, timestamp);
  const padata = encode(types.encryptedData, sealed);
  return request(types.MessageType.KRB_AS_REQ, types.PaDataType.PA_ENC_TIMESTAMP, padata, body);
}

/** Returns the authenticator with the checksum of the body; as it is if it is none. */
function withChecksum(proof: Buffer, body: Buffer): Uint8Array {
  const decoded = unlessRefused([Asn1Error], () => decode(apMessages.authenticator, proof));
  const cksum = checksumOf(SESSION_KEY, KeyUsage.TGS_REQ_AUTH_CKSUM, body);
  return decoded === undefined ? proof : encode(apMessages.authenticator, { ...decoded, cksum });
}

async function tgsRequest([part, proof, body]: Buffer[]) {
  const { keys } = principals.require(`krbtgt/${REALM}`);
  const sname = tgsPrincipal(REALM);
  const nothing = Buffer.alloc(0);
  const header = encode(apMessages.apReq, {
    pvno: types.PVNO,
    msgType: types.MessageType.KRB_AP_REQ,
    apOptions: 0,
    ticket: encode(types.ticket, {
      tktVno: types.PVNO,
      realm: REALM,
      sname: toPrincipalName(sname),
      encPart: encryptData(
        await keys[0].key(ETYPE),
        KeyUsage.TICKET,
        part ?? nothing,
        keys[0].kvno,
      ),
    }),
    authenticator: encryptData(
      SESSION_KEY,
      KeyUsage.TGS_REQ_AUTH,
      withChecksum(proof ?? nothing, body ?? nothing),
    ),
  });
  const { KRB_TGS_REQ } = types.MessageType;
  return request(KRB_TGS_REQ, types.PaDataType.PA_TGS_REQ, header, body ?? nothing);
}

/** Opens the ticket of an answer. Undefined if it is for another service than the two known ones. */
async function openedTicket(bytes: Uint8Array) {
  const { sname, encPart } = decode(types.ticket, bytes);
  const name = sname.nameString.join('/');
  const holder = [service, client, principals.require(`krbtgt/${REALM}`)].find(
    ({ principal }) => principal.components.join('/') === name,
  );
  const key = await holder?.keys[0].key(encPart.etype);
  const plaintext = key === undefined ? undefined : decryptData(key, KeyUsage.TICKET, encPart);
  return plaintext === undefined ? undefined : decode(types.encTicketPart, plaintext);
}

async function checkGranted(answer: Uint8Array, shown: Buffer | undefined): Promise<void> {
  const tgs = answer[0] === kdcMessages.tgsRep.tag;
  const reply = decode(tgs ? kdcMessages.tgsRep : kdcMessages.asRep, answer);
  const part = await openedTicket(reply.ticket);
  if (part === undefined) {
    return;
  }
  requireThat('a ticket ends within a day', part.endtime <= NOW + DAY_S && part.endtime > NOW);
  const { INITIAL } = types.TicketFlag;
  requireThat('only a first ticket is initial', ((part.flags & INITIAL) !== 0) === !tgs);
  if (tgs && shown !== undefined) {
    const before = decode(types.encTicketPart, shown);
    const renewed = Math.max(before.endtime, before.renewTill ?? 0);
    requireThat('a ticket ends no later than the one shown', part.endtime <= renewed);
    requireThat('a ticket is of the same client', part.crealm === before.crealm);
    requireThat(
      'a ticket names the same client',
      part.cname.nameString.join('/') === before.cname.nameString.join('/'),
    );
    requireThat(
      'a ticket is renewable no longer than the one shown',
      (part.renewTill ?? 0) <= (before.renewTill ?? 0),
    );
  }
}

export async function fuzz(data: Buffer): Promise<void> {
  const mode = (data[0] ?? 0) % 3;
  const rest = data.subarray(1);
  const pieces = splitPieces(rest, mode + 1);
  const message = mode === 0 ? rest : await (mode === 1 ? asRequest(pieces) : tgsRequest(pieces));
  const { answer, record } = await answerRequest(STATE, message);
  requireThat(
    'bytes that are no request get no answer, and every request gets one',
    (answer === undefined) === (record.error === 'unreadable'),
  );
  const granted = record.error === undefined;
  requireThat('only a client that proves its key gets a ticket', !granted || mode !== 0);
  if (record.error === 'KRB_ERR_GENERIC') {
    requireThat(
      `there is no internal fault: ${record.reason}`,
      record.reason?.startsWith('a part of the request cannot be read') === true,
    );
  }
  if (granted && answer !== undefined) {
    await checkGranted(answer, mode === 2 ? pieces[0] : undefined);
  } else if (answer !== undefined) {
    decode(krbError, answer);
  }
}
