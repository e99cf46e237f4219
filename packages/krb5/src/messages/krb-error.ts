/** KRB-ERROR, the message of a refusal (RFC 4120, section 5.9.1). */
import type { ValueOf } from '../asn1/codec.js';
import { application, optional, required, sequence } from '../asn1/constructed-types.js';
import {
  int32,
  kerberosString,
  kerberosText,
  kerberosTime,
  microseconds,
  octetString,
} from '../asn1/primitive-types.js';
import { principalName } from './basic-types.js';
import { MessageType } from './message-type.js';

/** KRB-ERROR (RFC 4120, section 5.9.1). */
export const krbError = application(
  MessageType.KRB_ERROR,
  sequence({
    pvno: required(0, int32),
    msgType: required(1, int32),
    ctime: optional(2, kerberosTime),
    cusec: optional(3, microseconds),
    stime: required(4, kerberosTime),
    susec: required(5, microseconds),
    errorCode: required(6, int32),
    crealm: optional(7, kerberosString),
    cname: optional(8, principalName),
    realm: required(9, kerberosString),
    sname: required(10, principalName),
    eText: optional(11, kerberosText),
    eData: optional(12, octetString),
  }),
);
export type KrbError = ValueOf<typeof krbError>;

/**
 * The characters of a peer's text that are shown: the text is not authenticated and may be a
 * mebibyte.
 */
const MAX_TEXT = 256;

/**
 * The peer's own text, to append to an error message: a space and the text in brackets, cut after
 * 256 characters. Empty if the peer sent none.
 */
export function krbErrorText({ eText = '' }: KrbError): string {
  if (eText === '') {
    return '';
  }
  return ` (${eText.length > MAX_TEXT ? `${eText.slice(0, MAX_TEXT)}…` : eText})`;
}
