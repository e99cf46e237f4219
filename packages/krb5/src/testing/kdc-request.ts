/** Decodes the requests that a KDC gets (RFC 4120, section 5.4.1), for a test KDC. */
import { Asn1Error } from '../asn1/asn1-error.js';
import { decode } from '../asn1/codec.js';
import { application, encoded, optional, required, sequence } from '../asn1/constructed-types.js';
import { applicationTag, SEQUENCE } from '../asn1/element.js';
import { int32 } from '../asn1/primitive-types.js';
import { decodeMessage } from '../messages/decode-message.js';
import { type KdcReqBody, kdcReqBody } from '../messages/kdc-messages.js';
import { MessageType } from '../messages/message-type.js';
import { type PaData, paDataSequence } from '../messages/pa-data.js';

/** AS-REQ or TGS-REQ, as its sender encoded it. */
export interface KdcRequest {
  readonly exchange: 'AS' | 'TGS';
  readonly padata: readonly PaData[];
  readonly body: KdcReqBody;
  /** The sender's encoding of `body`: a TGS-REQ carries a checksum of these bytes. */
  readonly bodyBytes: Uint8Array;
}

const request = sequence({
  pvno: required(1, int32),
  msgType: required(2, int32),
  padata: optional(3, paDataSequence),
  bodyBytes: required(4, encoded(SEQUENCE)),
});

const asRequest = application(MessageType.KRB_AS_REQ, request);
const tgsRequest = application(MessageType.KRB_TGS_REQ, request);

/**
 * Decodes a request. Fields of the body that `kdcReqBody` does not have are passed over. Throws
 * Asn1Error if `bytes` are neither AS-REQ nor TGS-REQ. Takes at most 96 times the memory of `bytes`.
 */
export function decodeKdcRequest(bytes: Uint8Array): KdcRequest {
  switch (bytes[0]) {
    case applicationTag(MessageType.KRB_AS_REQ):
      return read('AS', asRequest, bytes);
    case applicationTag(MessageType.KRB_TGS_REQ):
      return read('TGS', tgsRequest, bytes);
    default:
      throw new Asn1Error('neither AS-REQ nor TGS-REQ');
  }
}

function read(
  exchange: KdcRequest['exchange'],
  codec: typeof asRequest,
  bytes: Uint8Array,
): KdcRequest {
  const { padata = [], bodyBytes } = decodeMessage(codec, bytes);
  const body = decode(kdcReqBody, bodyBytes);
  return { exchange, padata, body, bodyBytes };
}
