/** Builds AS-REQ messages and reads AS-REP messages (RFC 4120, section 3.1). */
import { decode, encode } from '../asn1/codec.js';
import { type EncryptionKey, KeyUsage } from '../crypto/index.js';
import { decodeMessage } from '../messages/decode-message.js';
import {
  asRep,
  asReq,
  encKdcRepPart,
  KdcOption,
  type KdcReqBody,
} from '../messages/kdc-messages.js';
import { MessageType, PVNO } from '../messages/message-type.js';
import { type EtypeInfo2Entry, type PaData, PaDataType } from '../messages/pa-data.js';
import { toPrincipal, toPrincipalName } from '../messages/principal-name.js';
import { decryptData } from '../messages/protection.js';
import type { Armor } from '../preauth/fast/armor.js';
import { armoredRequest } from '../preauth/fast/fast-request.js';
import { type ArmoredReply, openArmoredReply } from '../preauth/fast/fast-response.js';
import { etypeInfoOf, findPaData } from '../preauth/method-data.js';
import { NameType, type Principal, tgsPrincipal } from '../principal.js';
import type { AsTerms } from './as-terms.js';
import { tgtRealm, ticketOfReply } from './held-ticket.js';
import type { OpenedReply } from './reply-check.js';
import { randomNonce } from './tgs-exchange.js';

/** The body of an AS-REQ: everything that is asked for, without a proof of who asks. */
export interface AsRequestBody {
  readonly fields: KdcReqBody;
  readonly client: Principal;
}

/** An encoded AS-REQ, and the terms that its reply must keep to. */
export interface AsRequest {
  readonly message: Uint8Array;
  readonly nonce: number;
  readonly client: Principal;
  /** Whether the KDC may give the client another name (RFC 6806, section 6). */
  readonly canonicalize: boolean;
  /** The latest end of the ticket, in seconds since 1970. */
  readonly till: number;
  /** The latest end of its renewals; undefined if the request sets none. */
  readonly rtime: number | undefined;
  /** The armor key of FAST; undefined without it. */
  readonly armorKey?: EncryptionKey | undefined;
}

/** Returns the body of an AS-REQ of `client` for the ticket-granting ticket of its realm. */
export function asRequestBody(
  client: Principal,
  etypes: readonly number[],
  { kdcOptions, till, rtime, addresses }: AsTerms,
): AsRequestBody {
  const fields: KdcReqBody = {
    kdcOptions,
    cname: toPrincipalName(client),
    realm: client.realm,
    sname: toPrincipalName(tgsPrincipal(client.realm)),
    till,
    ...(rtime === undefined ? {} : { rtime }),
    nonce: randomNonce(),
    etype: [...etypes],
    ...(addresses === undefined ? {} : { addresses: [...addresses] }),
  };
  return { fields, client };
}

/** Encodes an AS-REQ of a body and `padata`; with `armor`, both go inside FAST. */
export function asRequest(
  { fields, client }: AsRequestBody,
  padata: readonly PaData[],
  armor?: Armor,
): AsRequest {
  const sent = armor === undefined ? padata : [armoredRequest(armor, fields, padata)];
  const message = encode(asReq, {
    pvno: PVNO,
    msgType: MessageType.KRB_AS_REQ,
    ...(sent.length > 0 ? { padata: sent } : {}),
    reqBody: fields,
  });
  const { nonce, till } = fields;
  const canonicalize = allowsAnotherName(fields);
  const rtime = latestRenewal(fields);
  return { message, nonce, client, canonicalize, till, rtime, armorKey: armor?.key };
}

/**
 * Returns the latest end of renewals that a request allows. With RENEWABLE-OK, a ticket may be
 * renewed until the end that was asked for (RFC 4120, section 5.4.1).
 */
function latestRenewal({ kdcOptions, till, rtime }: KdcReqBody): number | undefined {
  return rtime ?? ((kdcOptions & KdcOption.RENEWABLE_OK) === 0 ? undefined : till);
}

/**
 * Tells whether the KDC may give the client another name, or name another realm (RFC 6806): if the
 * request has CANONICALIZE, or an enterprise name, which the KDC may keep. kinit -E takes either too.
 */
export function allowsAnotherName({ kdcOptions, cname }: KdcReqBody): boolean {
  return (
    (kdcOptions & KdcOption.CANONICALIZE) !== 0 ||
    cname?.nameType === NameType.KRB5_NT_ENTERPRISE_PRINCIPAL
  );
}

/** An AS-REP before it is opened: how to make the key, and the parts to open with it. */
export interface SealedAsRep {
  readonly etype: number;
  /** The client as the KDC names it. */
  readonly client: Principal;
  /** Whether the request lets the KDC name another client or realm (RFC 6806, section 6). */
  readonly canonicalize: boolean;
  /** The latest end that was asked for, in seconds since 1970. */
  readonly till: number;
  /** The latest end of renewals, in seconds since 1970; undefined if the request set none. */
  readonly rtime: number | undefined;
  readonly etypeInfo: readonly EtypeInfo2Entry[];
  /**
   * Opens the reply with the client's key. Returns undefined if it is not the reply to the request, or
   * holds no ticket-granting ticket. `checkReply` checks more. Throws Asn1Error.
   */
  readonly open: (key: EncryptionKey) => OpenedReply | undefined;
}

/** Whether an AS-REP has no PA-FX-FAST. Throws Asn1Error. */
export function isUnarmored(answer: Uint8Array): boolean {
  const { padata = [] } = decodeMessage(asRep, answer);
  return findPaData(padata, PaDataType.PA_FX_FAST) === undefined;
}

/** What a KDC says of the client of an AS-REP, and how its reply key is made. */
type ReplyFrame = Pick<ArmoredReply, 'padata' | 'client' | 'strengthened'>;

/**
 * Reads an AS-REP to `request`. Returns undefined if, with FAST, it does not belong to the request. Its
 * names count only when it has opened: until then anyone may have written them. Throws Asn1Error.
 */
export function readAsRep(answer: Uint8Array, request: AsRequest): SealedAsRep | undefined {
  const { crealm, cname, ticket, encPart, padata = [] } = decodeMessage(asRep, answer);
  const { armorKey, nonce, till, rtime } = request;
  const frame: ReplyFrame | undefined =
    armorKey === undefined
      ? { padata, client: toPrincipal(cname, crealm), strengthened: (key) => key }
      : openArmoredReply(padata, ticket, { armorKey, nonce });
  if (frame === undefined) {
    return undefined;
  }
  const { client, strengthened } = frame;
  return {
    etype: encPart.etype,
    client,
    canonicalize: request.canonicalize,
    till,
    rtime,
    etypeInfo: etypeInfoOf(frame.padata),
    open: (key) => {
      const plaintext = decryptData(strengthened(key), KeyUsage.AS_REP_ENC_PART, encPart);
      if (plaintext === undefined) {
        return undefined;
      }
      const part = decode(encKdcRepPart, plaintext);
      const granted = ticketOfReply(client, ticket, part);
      const isTgt = tgtRealm(granted.server) !== undefined;
      return part.nonce === nonce && isTgt ? { granted, part } : undefined;
    },
  };
}
