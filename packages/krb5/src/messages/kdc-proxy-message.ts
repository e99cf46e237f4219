/** KDC_PROXY_MESSAGE: a message on its way through a KDC proxy (MS-KKDCP). */
import { optional, required, sequence } from '../asn1/constructed-types.js';
import { int32, kerberosString, octetString } from '../asn1/primitive-types.js';

/** KDC_PROXY_MESSAGE (MS-KKDCP, section 2.2.2). */
export const kdcProxyMessage = sequence({
  /** A message in its frame for TCP (RFC 4120, section 7.2.2). */
  kerbMessage: required(0, octetString),
  targetDomain: optional(1, kerberosString),
  dclocatorHint: optional(2, int32),
});
