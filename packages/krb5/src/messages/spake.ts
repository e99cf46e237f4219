/** The messages of SPAKE preauthentication (RFC 9588, appendix A). */
import type { ValueOf } from '../asn1/codec.js';
import { choice, optional, required, sequence, sequenceOf } from '../asn1/constructed-types.js';
import { int32, octetString } from '../asn1/primitive-types.js';
import { encryptedData } from './basic-types.js';

/** SPAKESecondFactor: a factor, with what it needs. */
export const spakeSecondFactor = sequence({
  type: required(0, int32),
  data: optional(1, octetString),
});

/** The numbers of second factors (RFC 9588, section 12.1). */
export const SpakeFactor = {
  /** No second factor. */
  SF_NONE: 1,
} as const;

/** PA-SPAKE (RFC 9588, section 4): one message of the exchange. */
export const paSpake = choice({
  support: required(0, sequence({ groups: required(0, sequenceOf(int32)) })),
  challenge: required(
    1,
    sequence({
      group: required(0, int32),
      pubkey: required(1, octetString),
      factors: required(2, sequenceOf(spakeSecondFactor)),
    }),
  ),
  response: required(
    2,
    sequence({ pubkey: required(0, octetString), factor: required(1, encryptedData) }),
  ),
  encdata: required(3, encryptedData),
});
export type PaSpake = ValueOf<typeof paSpake>;
export type SpakeChallenge = Extract<PaSpake, { type: 'challenge' }>['value'];
