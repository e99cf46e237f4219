/** A KDC's answer: the reply to a request, or a KRB-ERROR. */
import { Asn1Error } from '../asn1/asn1-error.js';
import { decodeMessage } from '../messages/decode-message.js';
import { type KrbError, krbError } from '../messages/krb-error.js';

/** A KRB-ERROR. It is not authenticated: it can deny, but never grant. */
export interface KdcError {
  readonly type: 'error';
  readonly error: KrbError;
}

/** A reply as `readAnswer` opened it, or a KRB-ERROR. */
export type KdcAnswer<T> = { readonly type: 'reply'; readonly reply: T } | KdcError;

/**
 * Reads a KRB-ERROR, or a reply with `open`. `open` throws Asn1Error for other bytes and returns
 * undefined for a reply to another request. Returns undefined for bytes that are no answer.
 */
export function readAnswer<T>(
  answer: Uint8Array,
  open: (answer: Uint8Array) => T | undefined,
): KdcAnswer<T> | undefined {
  try {
    if (answer[0] === krbError.tag) {
      return { type: 'error', error: decodeMessage(krbError, answer) };
    }
    const reply = open(answer);
    return reply === undefined ? undefined : { type: 'reply', reply };
  } catch (error) {
    if (error instanceof Asn1Error) {
      return undefined;
    }
    throw error;
  }
}
