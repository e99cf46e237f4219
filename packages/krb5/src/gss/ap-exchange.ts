/** The tokens of the AP exchange (RFC 4120, section 3.2; RFC 4121, section 4.1). */
import { randomBytes } from 'node:crypto';
import { Asn1Error } from '../asn1/asn1-error.js';
import { decode, encode } from '../asn1/codec.js';
import type { HeldTicket } from '../client/held-ticket.js';
import { type EncryptionKey, KeyUsage, randomKey } from '../crypto/index.js';
import { GssStatus } from '../error-codes.js';
import { GssError } from '../errors.js';
import {
  ApOption,
  type ApReq,
  type Authenticator,
  apRep,
  apReq,
  authenticator,
  type EncApRepPart,
  encApRepPart,
} from '../messages/ap-messages.js';
import { decodeMessage } from '../messages/decode-message.js';
import { type KrbError, krbError } from '../messages/krb-error.js';
import { MessageType, PVNO } from '../messages/message-type.js';
import { toPrincipalName } from '../messages/principal-name.js';
import { decryptData, encryptData } from '../messages/protection.js';
import type { Moment } from '../time/moments.js';
import { ContextFlag, encodeContextChecksum, GSS_CHECKSUM_TYPE } from './context-flags.js';
import { frameToken, TokenId, unframeToken } from './token-framing.js';

/**
 * Returns a random initial sequence number (RFC 4120, section 5.3.2: "initial sequence numbers
 * SHOULD be random"). It is below 2^30, because some peers take it for a signed number, and so that
 * it does not wrap soon.
 */
export function randomSequenceNumber(): number {
  return randomBytes(4).readUInt32BE() >>> 2;
}

/** The parts of its AP-REQ that the initiator needs when the answer comes. */
export interface InitiatorState {
  readonly moment: Moment;
  readonly subkey: EncryptionKey;
  readonly seqNumber: number;
}

/**
 * Makes the initiator's token: an AP-REQ with the context flags in the authenticator's checksum.
 */
export function apReqToken(
  credential: HeldTicket,
  flags: number,
  moment: Moment,
): { token: Uint8Array; state: InitiatorState } {
  const subkey = randomKey(credential.key.etype);
  const seqNumber = randomSequenceNumber();
  const proof = encode(authenticator, {
    authenticatorVno: PVNO,
    crealm: credential.client.realm,
    cname: toPrincipalName(credential.client),
    cksum: { cksumtype: GSS_CHECKSUM_TYPE, checksum: encodeContextChecksum(flags) },
    cusec: moment.microseconds,
    ctime: moment.seconds,
    subkey,
    seqNumber,
  });
  const message = encode(apReq, {
    pvno: PVNO,
    msgType: MessageType.KRB_AP_REQ,
    apOptions: (flags & ContextFlag.MUTUAL) === 0 ? 0 : ApOption.MUTUAL_REQUIRED,
    ticket: credential.ticket,
    authenticator: encryptData(credential.key, KeyUsage.AP_REQ_AUTH, proof),
  });
  return { token: frameToken(TokenId.KRB_AP_REQ, message), state: { moment, subkey, seqNumber } };
}

/** Makes the acceptor's token: an AP-REP with `part` under the session key. */
export function apRepToken(sessionKey: EncryptionKey, part: EncApRepPart): Uint8Array {
  const message = encode(apRep, {
    pvno: PVNO,
    msgType: MessageType.KRB_AP_REP,
    encPart: encryptData(sessionKey, KeyUsage.AP_REP_ENC_PART, encode(encApRepPart, part)),
  });
  return frameToken(TokenId.KRB_AP_REP, message);
}

/** Makes a token with a KRB-ERROR. */
export function krbErrorToken(error: KrbError): Uint8Array {
  return frameToken(TokenId.KRB_ERROR, encode(krbError, error));
}

/** The GSS_S_DEFECTIVE_TOKEN error for a context token; `reason` completes its message. */
export function defectiveToken(reason: string, cause?: unknown): GssError {
  return new GssError(
    GssStatus.GSS_S_DEFECTIVE_TOKEN,
    `the peer sent a context token that cannot be used: ${reason}`,
    cause === undefined ? {} : { cause },
  );
}

/**
 * Returns what `read` returns. Throws GssError GSS_S_DEFECTIVE_TOKEN if `read` throws Asn1Error.
 */
export function readToken<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Asn1Error) {
      throw defectiveToken(error.message, error);
    }
    throw error;
  }
}

/**
 * Reads the AP-REQ in the initiator's token. Throws GssError GSS_S_DEFECTIVE_TOKEN if there is
 * none.
 */
export function readApReqToken(token: Uint8Array): ApReq {
  return readToken(() => {
    const { tokenId, message: bytes } = unframeToken(token);
    if (tokenId !== TokenId.KRB_AP_REQ) {
      throw defectiveToken('it holds no AP-REQ');
    }
    return decodeMessage(apReq, bytes);
  });
}

/**
 * Decrypts the Authenticator of an AP-REQ; undefined if it was not made with `sessionKey`. Throws
 * GssError GSS_S_DEFECTIVE_TOKEN if the plaintext is no Authenticator.
 */
export function openAuthenticator(
  request: ApReq,
  sessionKey: EncryptionKey,
): Authenticator | undefined {
  const plaintext = decryptData(sessionKey, KeyUsage.AP_REQ_AUTH, request.authenticator);
  return plaintext === undefined ? undefined : readToken(() => decode(authenticator, plaintext));
}

/**
 * Reads the acceptor's token: an AP-REP or a KRB-ERROR. `part` is undefined if the AP-REP was not
 * made with `sessionKey`. Throws GssError GSS_S_DEFECTIVE_TOKEN for any other token.
 */
export function readAcceptorToken(
  token: Uint8Array,
  sessionKey: EncryptionKey,
):
  | { readonly type: 'ap-rep'; readonly part: EncApRepPart | undefined }
  | { readonly type: 'error'; readonly error: KrbError } {
  return readToken(() => {
    const { tokenId, message: bytes } = unframeToken(token);
    if (tokenId === TokenId.KRB_ERROR) {
      return { type: 'error', error: decodeMessage(krbError, bytes) };
    }
    if (tokenId !== TokenId.KRB_AP_REP) {
      throw defectiveToken('it holds neither AP-REP nor KRB-ERROR');
    }
    const { encPart } = decodeMessage(apRep, bytes);
    const plaintext = decryptData(sessionKey, KeyUsage.AP_REP_ENC_PART, encPart);
    const part = plaintext === undefined ? undefined : decode(encApRepPart, plaintext);
    return { type: 'ap-rep', part };
  });
}
