/**
 * Target: a KDC's answers: AS-REP, TGS-REP, KRB-ERROR with METHOD-DATA.
 *
 * If the lowest bit of the first byte is set, the rest is an EncKDCRepPart, which the target seals
 * correctly. Otherwise the rest is the answer itself.
 */
import { Krb5Error } from '@remctl/krb5';
import { requireThat, unlessRefused } from '../findings.js';
import { keyFor } from '../keys.js';
import {
  Asn1Error,
  checkReply,
  encode,
  encrypt,
  etypeInfoOf,
  KeyUsage,
  kdcMessages,
  kdcRefusal,
  methodData,
  openTgsRep,
  parsePrincipal,
  readAnswer,
  readAsRep,
  tgsPrincipal,
  types,
} from '../krb5-internals.js';

/** The request's client. */
export const CLIENT = parsePrincipal('alice@EXAMPLE.ORG');
/** The request's server. */
export const SERVER = parsePrincipal('host/server.example.org@EXAMPLE.ORG');
/** The request's nonce. */
export const NONCE = 1;
/** The latest end of a ticket, in seconds since 1970. */
const TILL = 2 ** 31;
const TICKET = Uint8Array.of(types.encodedTicket.tag, 0);

function name({ nameType, components }: typeof CLIENT) {
  return { nameType, nameString: components };
}

/** Returns the answer that holds `part`, encrypted. */
function sealed(part: Uint8Array, key: ReturnType<typeof keyFor>, tgs: boolean): Uint8Array {
  const usage = tgs ? KeyUsage.TGS_REP_ENC_PART_SUBKEY : KeyUsage.AS_REP_ENC_PART;
  return encode(tgs ? kdcMessages.tgsRep : kdcMessages.asRep, {
    pvno: types.PVNO,
    msgType: tgs ? types.MessageType.KRB_TGS_REP : types.MessageType.KRB_AS_REP,
    crealm: CLIENT.realm,
    cname: name(CLIENT),
    ticket: TICKET,
    encPart: { etype: key.etype, cipher: encrypt(key, usage, part) },
  });
}

export function fuzz(data: Buffer): void {
  const mode = data[0] ?? 0;
  const key = keyFor(mode >> 1);
  const tgs = (mode & 4) !== 0;
  const rest = data.subarray(1);
  const bytes = (mode & 1) === 0 ? rest : sealed(rest, key, tgs);
  const tgt = {
    client: CLIENT,
    server: tgsPrincipal(CLIENT.realm),
    key,
    ticket: TICKET,
    flags: 0,
    starttime: 0,
    endtime: 0,
  };
  const message = new Uint8Array();
  const answer = readAnswer(bytes, (reply) => {
    if (tgs) {
      return openTgsRep(reply, {
        message,
        server: SERVER,
        nonce: NONCE,
        subkey: key,
        tgt,
        till: TILL,
      });
    }
    return readAsRep(reply, {
      message,
      nonce: NONCE,
      client: CLIENT,
      canonicalize: (mode & 16) !== 0,
      till: TILL,
      rtime: TILL,
    })?.open(key);
  });
  if (answer?.type === 'reply') {
    const { realm } = CLIENT;
    const server = (mode & 8) === 0 ? undefined : SERVER;
    const client = (mode & 32) === 0 ? undefined : CLIENT;
    const expected = {
      realm,
      client,
      server,
      till: TILL,
      permitted: [key.etype],
      now: 0,
      clockskew: TILL,
    };
    const { reply } = answer;
    unlessRefused([Krb5Error], () => checkReply(reply, expected));
  }
  if (answer?.type === 'error') {
    const context = { realm: CLIENT.realm, client: CLIENT, server: SERVER, etypes: [key.etype] };
    requireThat('an error has a text', kdcRefusal(answer.error, context) instanceof Krb5Error);
    unlessRefused([Asn1Error], () => etypeInfoOf(methodData(answer.error.eData)));
  }
}
