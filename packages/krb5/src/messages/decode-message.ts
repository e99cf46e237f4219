/** Messages whole, with the two fields that each of them begins with (RFC 4120, section 5.4 to 5.9). */
import { Asn1Error } from '../asn1/asn1-error.js';
import { applicationTag, type Codec, decode } from '../asn1/codec.js';
import { PVNO } from './message-type.js';

/**
 * Decodes a message. Throws Asn1Error for other bytes, and for another protocol version or message type
 * than its tag's.
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
