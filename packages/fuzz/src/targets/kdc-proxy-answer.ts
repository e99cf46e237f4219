/** Target: the body of a KDC proxy's answer (MS-KKDCP, section 2.2.2). */
import { requireSame, requireThat } from '../findings.js';
import { Asn1Error, decodeProxyAnswer, encodeProxyRequest } from '../krb5-internals.js';

export function fuzz(data: Buffer): void {
  let answer: Uint8Array;
  try {
    answer = decodeProxyAnswer(data);
  } catch (error) {
    requireThat(
      'the refusal says why',
      error instanceof Asn1Error ||
        (error instanceof Error && /announced|cut off/.test(error.message)),
    );
    return;
  }
  requireThat('the answer lies in the body', answer.length <= data.length);
  const again = decodeProxyAnswer(encodeProxyRequest(answer, 'EXAMPLE.ORG'));
  requireSame('the answer, and the same answer in a body of its own', answer, again);
}
