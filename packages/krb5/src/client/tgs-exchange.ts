/** Builds TGS-REQ messages and reads TGS-REP messages (RFC 4120, section 3.3). */
import { randomBytes } from 'node:crypto';
import { decode, encode } from '../asn1/codec.js';
import { type EncryptionKey, KeyUsage, randomKey } from '../crypto/index.js';
import { apReq, authenticator } from '../messages/ap-messages.js';
import { decodeMessage } from '../messages/decode-message.js';
import {
  encKdcRepPart,
  KdcOption,
  type KdcReqBody,
  kdcReqBody,
  tgsRep,
  tgsReq,
} from '../messages/kdc-messages.js';
import { MessageType, PVNO } from '../messages/message-type.js';
import { PaDataType } from '../messages/pa-data.js';
import { toPrincipal, toPrincipalName } from '../messages/principal-name.js';
import { checksumOf, decryptData, encryptData } from '../messages/protection.js';
import { type Principal, principalsEqual } from '../principal.js';
import { randomMoment } from '../time/moments.js';
import { type HeldTicket, ticketOfReply } from './held-ticket.js';
import type { OpenedReply } from './reply-check.js';

/** An encoded TGS-REQ, and the terms that its reply must keep to. */
export interface TgsRequest {
  readonly message: Uint8Array;
  readonly server: Principal;
  readonly nonce: number;
  readonly subkey: EncryptionKey;
  readonly tgt: HeldTicket;
  /** The latest end of the ticket, in seconds since 1970. */
  readonly till: number;
}

/** The terms of a TGS-REQ. */
export interface TgsRequestOptions {
  readonly tgt: HeldTicket;
  readonly server: Principal;
  /** The realm whose ticket-granting service is asked. */
  readonly realm: string;
  /** Encryption types for the ticket's session key, the best first. */
  readonly etypes: readonly number[];
  /** Milliseconds since 1970, by the KDC's clock. */
  readonly now: number;
  /** Whether the KDC may answer with another name or a referral (RFC 6806). */
  readonly canonicalize: boolean;
}

/** Returns 31 random bits: some KDCs take the nonce for a signed number. */
export function randomNonce(): number {
  return randomBytes(4).readUInt32BE() >>> 1;
}

/** Builds a TGS-REQ for a ticket for `server`. */
export function buildTgsReq(options: TgsRequestOptions): TgsRequest {
  const { tgt, server, realm, etypes, now, canonicalize } = options;
  const nonce = randomNonce();
  const body: KdcReqBody = {
    kdcOptions: (tgt.flags & KdcOption.FORWARDABLE) | (canonicalize ? KdcOption.CANONICALIZE : 0),
    realm,
    sname: toPrincipalName(server),
    till: tgt.endtime,
    nonce,
    etype: [...etypes],
  };
  const subkey = randomKey(tgt.key.etype);
  const { seconds, microseconds } = randomMoment(now);
  const proof = encode(authenticator, {
    authenticatorVno: PVNO,
    crealm: tgt.client.realm,
    cname: toPrincipalName(tgt.client),
    cksum: checksumOf(tgt.key, KeyUsage.TGS_REQ_AUTH_CKSUM, encode(kdcReqBody, body)),
    cusec: microseconds,
    ctime: seconds,
    subkey,
  });
  const header = encode(apReq, {
    pvno: PVNO,
    msgType: MessageType.KRB_AP_REQ,
    apOptions: 0,
    ticket: tgt.ticket,
    authenticator: encryptData(tgt.key, KeyUsage.TGS_REQ_AUTH, proof),
  });
  const message = encode(tgsReq, {
    pvno: PVNO,
    msgType: MessageType.KRB_TGS_REQ,
    padata: [{ padataType: PaDataType.PA_TGS_REQ, padataValue: header }],
    reqBody: body,
  });
  return { message, server, nonce, subkey, tgt, till: tgt.endtime };
}

/**
 * Opens a TGS-REP. Returns undefined if it is not the reply to `request`: it does not open, or has
 * another nonce or client. `checkReply` checks more. Throws Asn1Error.
 */
export function openTgsRep(answer: Uint8Array, request: TgsRequest): OpenedReply | undefined {
  const { crealm, cname, ticket, encPart } = decodeMessage(tgsRep, answer);
  const { tgt, subkey, nonce } = request;
  const plaintext =
    decryptData(subkey, KeyUsage.TGS_REP_ENC_PART_SUBKEY, encPart) ??
    decryptData(tgt.key, KeyUsage.TGS_REP_ENC_PART_SESSION_KEY, encPart);
  if (plaintext === undefined) {
    return undefined;
  }
  const part = decode(encKdcRepPart, plaintext);
  const client = toPrincipal(cname, crealm);
  if (part.nonce !== nonce || !principalsEqual(client, tgt.client)) {
    return undefined;
  }
  return { granted: ticketOfReply(client, ticket, part), part };
}
