/** Builds AS-REQ messages and reads AS-REP messages (RFC 4120, section 3.1). */
import { decode, encode } from '../asn1/codec.js';
import { type EncryptionKey, KeyUsage } from '../crypto/index.js';
import { encryptedData } from '../messages/basic-types.js';
import { decodeMessage } from '../messages/decode-message.js';
import { asRep, asReq, encKdcRepPart, KdcOption } from '../messages/kdc-messages.js';
import { MessageType, PVNO } from '../messages/message-type.js';
import {
  type EtypeInfo2Entry,
  etypeInfo2,
  type PaData,
  PaDataType,
  paDataSequence,
  paEncTsEnc,
} from '../messages/pa-data.js';
import { toPrincipal, toPrincipalName } from '../messages/principal-name.js';
import { decryptData, encryptData } from '../messages/protection.js';
import { type Principal, principalsEqual, tgsPrincipal } from '../principal.js';
import { randomMoment } from '../time/moments.js';
import { ticketOfReply } from './held-ticket.js';
import type { OpenedReply } from './reply-check.js';
import { randomNonce } from './tgs-exchange.js';

/** An encoded AS-REQ, and the terms that its reply must keep to. */
export interface AsRequest {
  readonly message: Uint8Array;
  readonly nonce: number;
  readonly client: Principal;
  /** The latest end of the ticket, in seconds since 1970. */
  readonly till: number;
}

/** The terms of an AS-REQ. */
export interface AsRequestOptions {
  readonly client: Principal;
  /** Encryption types, the best first. */
  readonly etypes: readonly number[];
  readonly forwardable: boolean;
  /** The wanted end of the ticket, in seconds since 1970. */
  readonly till: number;
  readonly padata: readonly PaData[];
}

/** Builds an AS-REQ for the ticket-granting ticket of the client's realm. */
export function buildAsReq(options: AsRequestOptions): AsRequest {
  const { client, etypes, forwardable, till, padata } = options;
  const nonce = randomNonce();
  const message = encode(asReq, {
    pvno: PVNO,
    msgType: MessageType.KRB_AS_REQ,
    ...(padata.length > 0 ? { padata } : {}),
    reqBody: {
      kdcOptions: forwardable ? KdcOption.FORWARDABLE : 0,
      cname: toPrincipalName(client),
      realm: client.realm,
      sname: toPrincipalName(tgsPrincipal(client.realm)),
      till,
      nonce,
      etype: [...etypes],
    },
  });
  return { message, nonce, client, till };
}

/**
 * Makes a PA-ENC-TIMESTAMP of `now`, in milliseconds since 1970: the proof that the sender knows the
 * key (RFC 4120, section 5.2.7.2).
 */
export function encTimestamp(key: EncryptionKey, now: number): PaData {
  const { seconds, microseconds } = randomMoment(now);
  const timestamp = encode(paEncTsEnc, { patimestamp: seconds, pausec: microseconds });
  return {
    padataType: PaDataType.PA_ENC_TIMESTAMP,
    padataValue: encode(
      encryptedData,
      encryptData(key, KeyUsage.AS_REQ_PA_ENC_TIMESTAMP, timestamp),
    ),
  };
}

/** An AS-REP before it is opened: how to make the key, and the parts to open with it. */
export interface SealedAsRep {
  readonly etype: number;
  /** The latest end that was asked for, in seconds since 1970. */
  readonly till: number;
  readonly etypeInfo: readonly EtypeInfo2Entry[];
  /**
   * Opens the reply with the client's key. Returns undefined if it is not the reply to the request.
   * `checkReply` checks more. Throws Asn1Error.
   */
  readonly open: (key: EncryptionKey) => OpenedReply | undefined;
}

/**
 * Returns the ETYPE-INFO2 among `padata`; an empty list if there is none (RFC 4120, section
 * 5.2.7.5). Throws Asn1Error.
 */
export function etypeInfoOf(padata: readonly PaData[]): readonly EtypeInfo2Entry[] {
  const entry = padata.find(({ padataType }) => padataType === PaDataType.PA_ETYPE_INFO2);
  return entry === undefined ? [] : decode(etypeInfo2, entry.padataValue);
}

/** Reads the METHOD-DATA of KDC_ERR_PREAUTH_REQUIRED (RFC 4120, section 5.9.1). Throws Asn1Error. */
export function methodData(eData: Uint8Array | undefined): readonly PaData[] {
  return eData === undefined ? [] : decode(paDataSequence, eData);
}

/** Reads an AS-REP to `request`. Returns undefined if it is for another client. Throws Asn1Error. */
export function readAsRep(answer: Uint8Array, request: AsRequest): SealedAsRep | undefined {
  const { crealm, cname, ticket, encPart, padata } = decodeMessage(asRep, answer);
  const client = toPrincipal(cname, crealm);
  if (!principalsEqual(client, request.client)) {
    return undefined;
  }
  const server = tgsPrincipal(client.realm);
  return {
    etype: encPart.etype,
    till: request.till,
    etypeInfo: etypeInfoOf(padata ?? []),
    open: (key) => {
      const plaintext = decryptData(key, KeyUsage.AS_REP_ENC_PART, encPart);
      if (plaintext === undefined) {
        return undefined;
      }
      const part = decode(encKdcRepPart, plaintext);
      const granted = ticketOfReply(client, ticket, part);
      return part.nonce === request.nonce && principalsEqual(granted.server, server)
        ? { granted, part }
        : undefined;
    },
  };
}
