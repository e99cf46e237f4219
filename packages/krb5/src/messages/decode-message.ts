/**
 * Decodes whole messages. Each begins with a protocol version and a message type (RFC 4120,
 * sections 5.4 to 5.9).
 */
import { Asn1Error } from '../asn1/asn1-error.js';
import { type Codec, decode } from '../asn1/codec.js';
import { applicationTag } from '../asn1/element.js';
import { PVNO } from './message-type.js';

/**
 * Decodes a message. Throws Asn1Error if `bytes` are no such message, if its protocol version is
 * not 5, or if its message type differs from its tag.
 */
export function decodeMessage<T extends { readonly pvno: number; readonly msgType: number }>(
  codec: Codec<T>,
  bytes: Uint8Array,
): T {
  const message = decode(codec, bytes);
  if (message.pvno !== PVNO) {
    throw new Asn1Error(`protocol version ${message.pvno}`);
  }
  if (applicationTag(message.msgType) !== codec.tag) {
    throw new Asn1Error(`message type ${message.msgType} under the tag of another`);
  }
  return message;
}
