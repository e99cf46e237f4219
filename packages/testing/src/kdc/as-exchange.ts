/** Answers AS-REQ: a client's first ticket (RFC 4120, section 3.1). */
import {
  type EncryptionKey,
  formatPrincipal,
  KeyUsage,
  KrbErrorCode,
  type Principal,
} from '@remctl/krb5';
import {
  asRep,
  checksum,
  checksumOf,
  type EncTicketPart,
  encAsRepPart,
  encode,
  encryptData,
  etypeInfo2,
  KdcOption,
  type KdcRequest,
  MessageType,
  type PaData,
  PaDataType,
  PVNO,
  TicketFlag,
  toPrincipal,
  toPrincipalName,
} from '@remctl/krb5/testing';
import { etypeInfoEntry, isPreauthenticated } from './encrypted-timestamp.js';
import { NO_REALMS_TRANSITED, replyPart, sealTicket, sessionKey } from './issue-ticket.js';
import { type Asked, KdcRefusal, nameOf } from './kdc-refusal.js';
import { type KdcState, kdcSeconds } from './kdc-state.js';
import type { KeyVersion } from './keys.js';
import type { KnownPrincipal } from './principals.js';
import { findService } from './services.js';
import { ticketTimes } from './ticket-terms.js';

/** The options that need a ticket, and those that this KDC does not have. */
const REFUSED_OPTIONS =
  KdcOption.FORWARDED |
  KdcOption.PROXY |
  KdcOption.ALLOW_POSTDATE |
  KdcOption.POSTDATED |
  KdcOption.CNAME_IN_ADDL_TKT |
  KdcOption.REQUEST_ANONYMOUS |
  KdcOption.ENC_TKT_IN_SKEY |
  KdcOption.RENEW |
  KdcOption.VALIDATE;

/** The options that become the ticket's flags: they have the same bits. */
const GRANTED_OPTIONS = KdcOption.FORWARDABLE | KdcOption.PROXIABLE;

/** The service with which an expired password is changed (RFC 3244, section 2). */
const CHANGE_PASSWORD = ['kadmin', 'changepw'];

/** Who asks for what, and with which key the reply is encrypted. */
interface Question {
  readonly client: KnownPrincipal;
  readonly service: KnownPrincipal;
  /** The service as the request names it. */
  readonly server: Principal;
  readonly keys: KeyVersion;
  /** The types of the client's keys that the request offers, in the request's order. */
  readonly etypes: readonly [number, ...number[]];
}

/**
 * Answers an AS-REQ with an AS-REP; `message` is the request's encoding. Notes in `asked` who asks
 * for what. Throws KdcRefusal.
 */
export async function answerAs(
  kdc: KdcState,
  request: KdcRequest,
  message: Uint8Array,
  asked: Asked,
): Promise<Uint8Array> {
  const question = readQuestion(kdc, request, asked);
  const { client, service, server, keys, etypes } = question;
  const session = sessionKey(service, request.body.etype);
  const proved = await isPreauthenticated(kdc, request, client, etypes);
  const part = ticketPart(kdc, request, question, session, proved);
  const [etype] = etypes;
  const replyKey = await keys.key(etype);
  const told = {
    ...replyPart(part, server, request.body.nonce),
    ...((part.flags & TicketFlag.ENC_PA_REP) === 0
      ? {}
      : { encryptedPaData: proofOfRequest(replyKey, message) }),
  };
  const entry = etypeInfoEntry(keys, etype);
  return encode(asRep, {
    pvno: PVNO,
    msgType: MessageType.KRB_AS_REP,
    padata: [{ padataType: PaDataType.PA_ETYPE_INFO2, padataValue: encode(etypeInfo2, [entry]) }],
    crealm: part.crealm,
    cname: part.cname,
    ticket: await sealTicket(service, server, part),
    encPart: encryptData(replyKey, KeyUsage.AS_REP_ENC_PART, encode(encAsRepPart, told), keys.kvno),
  });
}

/** Reads who asks for what. Throws KdcRefusal if that client may not have a ticket for it. */
function readQuestion(kdc: KdcState, { body }: KdcRequest, asked: Asked): Question {
  if (body.cname !== undefined) {
    asked.client = toPrincipal(body.cname, body.realm);
  }
  if (body.sname !== undefined) {
    asked.server = toPrincipal(body.sname, body.realm);
  }
  if (asked.client === undefined) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_C_PRINCIPAL_UNKNOWN,
      'the request does not name its client',
    );
  }
  if (asked.server === undefined) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN,
      'the request does not name a service',
    );
  }
  const { server } = asked;
  const client = findClient(kdc, asked.client, (body.kdcOptions & KdcOption.CANONICALIZE) !== 0);
  const service = findService(kdc, server);
  if ((body.kdcOptions & REFUSED_OPTIONS) !== 0) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_BADOPTION,
      'the request has an option that a first ticket cannot have',
    );
  }
  checkClient(client, server);
  const [keys] = client.keys;
  const [etype, ...more] = body.etype.filter((each) => keys.etypes.includes(each));
  if (etype === undefined) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_ETYPE_NOSUPP,
      `${nameOf(client.principal)} has no key of an encryption type that the request offers`,
    );
  }
  return { client, service, server, keys, etypes: [etype, ...more] };
}

/**
 * Finds a client. Throws KdcRefusal KDC_ERR_C_PRINCIPAL_UNKNOWN, or KDC_ERR_WRONG_REALM if a trusted
 * realm knows it and the request allows another name (RFC 6806, section 7).
 */
function findClient(kdc: KdcState, name: Principal, canonicalize: boolean): KnownPrincipal {
  const client = kdc.principals.find(name);
  if (client !== undefined) {
    return client;
  }
  for (const other of canonicalize ? kdc.trusted.values() : []) {
    if (other.hasPrincipal(formatPrincipal({ ...name, realm: other.realm }))) {
      throw new KdcRefusal(
        KrbErrorCode.KDC_ERR_WRONG_REALM,
        `${nameOf(name)} is a client of ${other.realm}`,
        { clientRealm: other.realm },
      );
    }
  }
  throw new KdcRefusal(
    KrbErrorCode.KDC_ERR_C_PRINCIPAL_UNKNOWN,
    `${nameOf(name)} is not a principal of this KDC`,
  );
}

/** Throws KdcRefusal if the client gets no ticket for `server` now. */
function checkClient({ principal, policy }: KnownPrincipal, server: Principal): void {
  if (policy.locked === true) {
    throw new KdcRefusal(KrbErrorCode.KDC_ERR_CLIENT_REVOKED, `${nameOf(principal)} is locked`);
  }
  const changesPassword = CHANGE_PASSWORD.every((text, at) => server.components[at] === text);
  if (policy.passwordExpired === true && !changesPassword) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_KEY_EXPIRED,
      `the password of ${nameOf(principal)} has expired`,
    );
  }
}

function ticketPart(
  kdc: KdcState,
  { body, padata }: KdcRequest,
  { client, service }: Question,
  key: EncryptionKey,
  proved: boolean,
): EncTicketPart {
  const now = kdcSeconds(kdc);
  const { starttime, endtime, renewTill } = ticketTimes(kdc, body, {
    now,
    principals: [client, service],
    latestRenewal: Number.POSITIVE_INFINITY,
  });
  const wantsProof = padata.some(({ padataType }) => padataType === PaDataType.PA_REQ_ENC_PA_REP);
  return {
    flags:
      (body.kdcOptions & GRANTED_OPTIONS) |
      TicketFlag.INITIAL |
      (proved ? TicketFlag.PRE_AUTHENT : 0) |
      (renewTill === undefined ? 0 : TicketFlag.RENEWABLE) |
      (wantsProof ? TicketFlag.ENC_PA_REP : 0),
    key,
    crealm: client.principal.realm,
    cname: toPrincipalName(client.principal),
    transited: NO_REALMS_TRANSITED,
    authtime: now,
    starttime,
    endtime,
    ...(renewTill === undefined ? {} : { renewTill }),
    ...(body.addresses === undefined ? {} : { caddr: body.addresses }),
  };
}

/** Returns the proof that the request came as it was sent (RFC 6806, section 11). */
function proofOfRequest(replyKey: EncryptionKey, message: Uint8Array): readonly PaData[] {
  const sum = checksumOf(replyKey, KeyUsage.AS_REQ_CKSUM, message);
  return [{ padataType: PaDataType.PA_REQ_ENC_PA_REP, padataValue: encode(checksum, sum) }];
}
