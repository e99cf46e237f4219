/** Bodies of requests to a KDC proxy, and of its answers (MS-KKDCP, section 2.2.2). */
import { decode, encode } from '../asn1/codec.js';
import { DEFAULT_LIMITS } from '../asn1/scan.js';
import { kdcProxyMessage } from '../messages/kdc-proxy-message.js';
import { createAnswerReader, frameRequest, MAX_TCP_ANSWER } from './tcp-framing.js';

/** The most bytes that a KDC_PROXY_MESSAGE needs beside the message in it. */
const MAX_ENVELOPE = 1024;

/** The most bytes of an answer's body. */
export const MAX_PROXY_ANSWER = MAX_TCP_ANSWER + MAX_ENVELOPE;

/** Returns the body that asks a proxy to send `request` to a KDC of `realm`. */
export function encodeProxyRequest(request: Uint8Array, realm: string): Uint8Array {
  return encode(kdcProxyMessage, { kerbMessage: frameRequest(request), targetDomain: realm });
}

/**
 * Returns the KDC's answer in the body of a proxy's answer. Throws Asn1Error for a body that is no
 * KDC_PROXY_MESSAGE, and Error for one whose message is cut off or too long. The answer is as little
 * to be trusted as any that comes from the network.
 */
export function decodeProxyAnswer(body: Uint8Array): Uint8Array {
  const limits = { ...DEFAULT_LIMITS, maxLength: MAX_PROXY_ANSWER };
  const { kerbMessage } = decode(kdcProxyMessage, body, limits);
  const answer = createAnswerReader()(kerbMessage);
  if (answer === undefined) {
    throw new Error('the message in the answer of the KDC proxy is cut off');
  }
  return answer;
}
