/** Target: the frame of a GSS-API context token. */
import { requireSame, requireThat, unlessRefused } from '../findings.js';
import { Asn1Error, frameToken, unframeToken } from '../krb5-internals.js';

export function fuzz(data: Buffer): void {
  const token = unlessRefused([Asn1Error], () => unframeToken(data));
  if (token !== undefined) {
    const again = unframeToken(frameToken(token.tokenId, token.message));
    requireSame('the message of the token framed again', again.message, token.message);
    requireThat('a token framed again has the same identifier', again.tokenId === token.tokenId);
  }
}
