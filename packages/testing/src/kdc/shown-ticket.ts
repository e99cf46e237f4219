/**
 * Opens the ticket that a TGS-REQ shows, and checks it (RFC 4120, sections 3.3.3 and 3.2.3).
 *
 * A request that comes twice is answered twice, as by MIT's KDC: a client sends a datagram again if
 * its answer is late.
 */
import { type EncryptionKey, KeyUsage, KrbErrorCode, type Principal } from '@remctl/krb5';
import {
  type ApReq,
  type Authenticator,
  apReq,
  authenticator,
  decode,
  decodeMessage,
  decryptData,
  deriveKeys,
  type EncTicketPart,
  encTicketPart,
  etypeInfo,
  isSupportedEtype,
  type KdcRequest,
  PaDataType,
  principalsEqual,
  TGS_NAME,
  TicketFlag,
  ticket as ticketCodec,
  toPrincipal,
  verifyChecksumWith,
} from '@remctl/krb5/testing';
import { type Asked, KdcRefusal, nameOf } from './kdc-refusal.js';
import { type KdcState, kdcSeconds } from './kdc-state.js';

/** The ticket that a client shows, and the key for the reply. */
export interface ShownTicket {
  /** The service that the ticket is for: krbtgt/REALM, mostly. Its realm is the issuer. */
  readonly server: Principal;
  readonly client: Principal;
  readonly part: EncTicketPart;
  /** The reply's key: the authenticator's subkey, or the session key. */
  readonly replyKey: EncryptionKey;
  /** The `KeyUsage` of the reply's encryption. */
  readonly replyUsage: number;
}

/**
 * Opens the ticket and the authenticator of a TGS-REQ. Notes the client in `asked`. Throws
 * KdcRefusal if the ticket, the authenticator or its checksum of the request cannot be taken, and
 * Asn1Error if one of them is not an encoding.
 */
export async function openShownTicket(
  kdc: KdcState,
  { padata, bodyBytes }: KdcRequest,
  asked: Asked,
): Promise<ShownTicket> {
  const header = padata.find(({ padataType }) => padataType === PaDataType.PA_TGS_REQ);
  if (header === undefined) {
    throw new KdcRefusal(KrbErrorCode.KDC_ERR_PADATA_TYPE_NOSUPP, 'the request shows no ticket');
  }
  const request = decodeMessage(apReq, header.padataValue);
  const { server, part } = await openTicket(kdc, request);
  const client = toPrincipal(part.cname, part.crealm);
  asked.client = client;
  checkKey(part.key);
  checkTimes(kdc, part);
  const proof = openAuthenticator(request, part.key);
  checkAuthenticator(kdc, proof, client);
  checkChecksum(proof, part.key, bodyBytes);
  const { subkey } = proof;
  if (subkey === undefined) {
    const replyUsage = KeyUsage.TGS_REP_ENC_PART_SESSION_KEY;
    return { server, client, part, replyKey: part.key, replyUsage };
  }
  checkKey(subkey);
  const replyUsage = KeyUsage.TGS_REP_ENC_PART_SUBKEY;
  return { server, client, part, replyKey: subkey, replyUsage };
}

/** Tells whether a ticket for `server` opens this realm's ticket-granting service. */
export function isTgtOf(kdc: KdcState, { components }: Principal): boolean {
  const [service, realm] = components;
  return components.length === 2 && service === TGS_NAME && realm === kdc.realm;
}

async function openTicket(
  kdc: KdcState,
  request: ApReq,
): Promise<{ readonly server: Principal; readonly part: EncTicketPart }> {
  const { sname, realm, encPart } = decode(ticketCodec, request.ticket);
  const server = toPrincipal(sname, realm);
  const service = kdc.principals.find(server);
  if (service === undefined) {
    throw new KdcRefusal(
      KrbErrorCode.KRB_AP_ERR_NOT_US,
      `the ticket is for ${nameOf(server)}, whose key this KDC does not have`,
    );
  }
  const keys =
    encPart.kvno === undefined
      ? service.keys[0]
      : service.keys.find(({ kvno }) => kvno === encPart.kvno);
  if (keys === undefined) {
    throw new KdcRefusal(
      KrbErrorCode.KRB_AP_ERR_BADKEYVER,
      `the ticket is encrypted with version ${encPart.kvno} of the key of ${nameOf(server)}`,
    );
  }
  if (!keys.etypes.includes(encPart.etype)) {
    throw new KdcRefusal(
      KrbErrorCode.KRB_AP_ERR_NOKEY,
      `the ticket is encrypted with a type that ${nameOf(server)} has no key of`,
    );
  }
  const plaintext = decryptData(await keys.key(encPart.etype), KeyUsage.TICKET, encPart);
  if (plaintext === undefined) {
    throw new KdcRefusal(
      KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
      `the ticket does not open with the key of ${nameOf(server)}`,
    );
  }
  return { server, part: decode(encTicketPart, plaintext) };
}

/**
 * Checks when a ticket is good. The KDC's own clock has made the times, so no difference is
 * allowed at the end.
 */
function checkTimes(kdc: KdcState, { flags, starttime, authtime, endtime }: EncTicketPart): void {
  const now = kdcSeconds(kdc);
  if (endtime <= now) {
    throw new KdcRefusal(KrbErrorCode.KRB_AP_ERR_TKT_EXPIRED, 'the ticket has expired');
  }
  const isEarly = (starttime ?? authtime) > now + kdc.clockskew;
  if (isEarly || (flags & TicketFlag.INVALID) !== 0) {
    throw new KdcRefusal(KrbErrorCode.KRB_AP_ERR_TKT_NYV, 'the ticket is not valid yet');
  }
}

function openAuthenticator(request: ApReq, sessionKey: EncryptionKey): Authenticator {
  const plaintext = decryptData(sessionKey, KeyUsage.TGS_REQ_AUTH, request.authenticator);
  if (plaintext === undefined) {
    throw new KdcRefusal(
      KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
      'the authenticator does not open with the session key of the ticket',
    );
  }
  return decode(authenticator, plaintext);
}

function checkAuthenticator(kdc: KdcState, proof: Authenticator, client: Principal): void {
  if (!principalsEqual(toPrincipal(proof.cname, proof.crealm), client)) {
    throw new KdcRefusal(
      KrbErrorCode.KRB_AP_ERR_BADMATCH,
      `the ticket is of ${nameOf(client)}, the authenticator of another client`,
    );
  }
  if (Math.abs(proof.ctime - kdcSeconds(kdc)) > kdc.clockskew) {
    throw new KdcRefusal(
      KrbErrorCode.KRB_AP_ERR_SKEW,
      `the clock of ${nameOf(client)} differs by more than ${kdc.clockskew} seconds`,
    );
  }
}

/** Checks that the request came as it was sent: "the checksum covers the body" (section 3.3.3). */
function checkChecksum({ cksum }: Authenticator, key: EncryptionKey, bodyBytes: Uint8Array): void {
  if (cksum?.cksumtype !== etypeInfo(key.etype).checksumType) {
    throw new KdcRefusal(
      KrbErrorCode.KRB_AP_ERR_INAPP_CKSUM,
      'the authenticator has no checksum of the session key: the request could have been changed',
    );
  }
  verifyChecksumWith(deriveKeys(key, KeyUsage.TGS_REQ_AUTH_CKSUM), [bodyBytes], cksum.checksum);
}

/** Throws KdcRefusal for a key that the client, or another realm's KDC, has made wrong. */
function checkKey({ etype, value }: EncryptionKey): void {
  if (!isSupportedEtype(etype) || value.length !== etypeInfo(etype).keyLength) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_ETYPE_NOSUPP,
      `a session key or subkey of type ${etype} cannot be used`,
    );
  }
}
