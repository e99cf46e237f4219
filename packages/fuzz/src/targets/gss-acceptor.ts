/**
 * Target: an initiator's token, as an acceptor takes it.
 *
 * After an even first byte the rest is the token itself. After an odd one the rest is two pieces,
 * an EncTicketPart and an Authenticator, which the target seals correctly. A client with a ticket
 * can choose its Authenticator freely.
 */
import {
  createAcceptorContext,
  createReplayCache,
  GssError,
  type Keytab,
  Krb5Error,
} from '@remctl/krb5';
import { requireThat, unlessRefused } from '../findings.js';
import { KEYS } from '../keys.js';
import {
  apMessages,
  encode,
  encrypt,
  frameToken,
  KeyUsage,
  parsePrincipal,
  TokenId,
  types,
} from '../krb5-internals.js';
import { splitPieces } from '../pieces.js';

const SERVICE = parsePrincipal('host/server.example.org@EXAMPLE.ORG');
const [SERVICE_KEY] = KEYS;
/** The session key that seals the authenticator: it opens only if the ticket holds the same key. */
export const SESSION_KEY = KEYS[1];
const KVNO = 1;
/** An acceptable clock skew without bound: an input cannot know the time. */
const ANY_CLOCK = Number.MAX_SAFE_INTEGER;

/** The service's keytab. */
export const KEYTAB: Keytab = {
  path: 'keytab',
  entries: [{ principal: SERVICE, timestamp: 0, kvno: KVNO, key: SERVICE_KEY }],
};

/** Seals a ticket's part and an authenticator, and returns the context token with both. */
export function requestToken(ticketPart: Uint8Array, authenticator: Uint8Array): Uint8Array {
  const ticket = encode(types.ticket, {
    tktVno: types.PVNO,
    realm: SERVICE.realm,
    sname: { nameType: SERVICE.nameType, nameString: SERVICE.components },
    encPart: {
      etype: SERVICE_KEY.etype,
      kvno: KVNO,
      cipher: encrypt(SERVICE_KEY, KeyUsage.TICKET, ticketPart),
    },
  });
  const request = encode(apMessages.apReq, {
    pvno: types.PVNO,
    msgType: types.MessageType.KRB_AP_REQ,
    apOptions: apMessages.ApOption.MUTUAL_REQUIRED,
    ticket,
    authenticator: {
      etype: SESSION_KEY.etype,
      cipher: encrypt(SESSION_KEY, KeyUsage.AP_REQ_AUTH, authenticator),
    },
  });
  return frameToken(TokenId.KRB_AP_REQ, request);
}

export function fuzz(data: Buffer): void {
  const context = createAcceptorContext({
    keytab: KEYTAB,
    clockskew: ANY_CLOCK,
    replayCache: createReplayCache(),
  });
  const rest = data.subarray(1);
  const [ticketPart = rest, authenticator = rest] = splitPieces(rest, 2);
  const sealed = ((data[0] ?? 0) & 1) === 1;
  const step = unlessRefused([Krb5Error, GssError], () =>
    context.step(sealed ? requestToken(ticketPart, authenticator) : rest),
  );
  requireThat('only a sealed ticket is accepted', step === undefined || sealed);
}
