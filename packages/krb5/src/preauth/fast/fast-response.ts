/** Takes replies and errors out of their armor (RFC 6113, section 5.4). */
import { Asn1Error } from '../../asn1/asn1-error.js';
import { decode } from '../../asn1/codec.js';
import { combineKeys, type EncryptionKey, KeyUsage } from '../../crypto/index.js';
import { decodeMessage } from '../../messages/decode-message.js';
import { type KrbFastResponse, krbFastResponse, paFxFastReply } from '../../messages/fast.js';
import { type KrbError, krbError } from '../../messages/krb-error.js';
import { type PaData, PaDataType } from '../../messages/pa-data.js';
import { toPrincipal } from '../../messages/principal-name.js';
import { checksumFits, decryptData } from '../../messages/protection.js';
import type { Principal } from '../../principal.js';
import { findPaData, type KdcError, readMethods } from '../method-data.js';

/** The key of an armor, and the nonce of the request in it. */
export interface ArmoredRequest {
  readonly armorKey: EncryptionKey;
  readonly nonce: number;
}

/** What an armored reply says besides the ticket. */
export interface ArmoredReply {
  readonly padata: readonly PaData[];
  readonly client: Principal;
  /** Mixes the KDC's strengthen key, if there is one, into the reply key. */
  readonly strengthened: (replyKey: EncryptionKey) => EncryptionKey;
}

/**
 * Opens the PA-FX-FAST among `padata`. Returns undefined if there is none, or if it is not the
 * response to this request. Throws Asn1Error.
 */
function openResponse(
  padata: readonly PaData[],
  { armorKey, nonce }: ArmoredRequest,
): KrbFastResponse | undefined {
  const value = findPaData(padata, PaDataType.PA_FX_FAST);
  if (value === undefined) {
    return undefined;
  }
  const { encFastRep } = decode(paFxFastReply, value).value;
  const plaintext = decryptData(armorKey, KeyUsage.FAST_REP, encFastRep);
  const response = plaintext && decode(krbFastResponse, plaintext);
  return response?.nonce === nonce ? response : undefined;
}

/**
 * Opens the armor of a reply with this `padata` and encoded `ticket`. Returns undefined if it is not
 * the reply to this request: KrbFastFinished binds ticket and client to it. Throws Asn1Error.
 */
export function openArmoredReply(
  padata: readonly PaData[],
  ticket: Uint8Array,
  request: ArmoredRequest,
): ArmoredReply | undefined {
  const response = openResponse(padata, request);
  const { finished, strengthenKey } = response ?? {};
  if (
    response === undefined ||
    finished === undefined ||
    !checksumFits(request.armorKey, KeyUsage.FAST_FINISHED, ticket, finished.ticketChecksum)
  ) {
    return undefined;
  }
  return {
    padata: response.padata,
    client: toPrincipal(finished.cname, finished.crealm),
    strengthened: (replyKey) =>
      strengthenKey === undefined
        ? replyKey
        : combineKeys(strengthenKey, 'strengthenkey', replyKey, 'replykey'),
  };
}

/**
 * Returns the error in the armor of `outer`, whose own code counts for nothing. Returns undefined if
 * the error is not armored, or not for this request.
 */
export function openArmoredError(outer: KrbError, request: ArmoredRequest): KdcError | undefined {
  try {
    const response = openResponse(readMethods(outer), request);
    const inner = response && findPaData(response.padata, PaDataType.PA_FX_ERROR);
    return inner && { error: decodeMessage(krbError, inner), padata: response.padata };
  } catch (error) {
    if (error instanceof Asn1Error) {
      return undefined;
    }
    throw error;
  }
}
