/** Preauthentication data: PA-DATA and its contents (RFC 4120, section 5.2.7). */
import type { ValueOf } from '../asn1/codec.js';
import { optional, required, sequence, sequenceOf } from '../asn1/constructed-types.js';
import {
  int32,
  kerberosString,
  kerberosTime,
  microseconds,
  octetString,
} from '../asn1/primitive-types.js';

/** PA-DATA (RFC 4120, section 5.2.7). Its elements are numbered from 1. */
export const paData = sequence({
  padataType: required(1, int32),
  padataValue: required(2, octetString),
});
export type PaData = ValueOf<typeof paData>;

/** SEQUENCE OF PA-DATA, as in METHOD-DATA (RFC 4120, section 5.9.1) and other fields. */
export const paDataSequence = sequenceOf(paData);

/** PA-ENC-TS-ENC (RFC 4120, section 5.2.7.2). */
export const paEncTsEnc = sequence({
  patimestamp: required(0, kerberosTime),
  pausec: optional(1, microseconds),
});

/** ETYPE-INFO2 (RFC 4120, section 5.2.7.5). */
export const etypeInfo2 = sequenceOf(
  sequence({
    etype: required(0, int32),
    salt: optional(1, kerberosString),
    s2kparams: optional(2, octetString),
  }),
);
export type EtypeInfo2Entry = ValueOf<typeof etypeInfo2>[number];

/**
 * PA-DATA types (RFC 4120, section 7.5.2; RFC 4556, section 3.1.3; RFC 6113; RFC 6560; RFC 6806,
 * section 11; RFC 9588).
 */
export const PaDataType = {
  PA_TGS_REQ: 1,
  PA_ENC_TIMESTAMP: 2,
  PA_PW_SALT: 3,
  PA_SAM_CHALLENGE: 12,
  PA_SAM_RESPONSE: 13,
  PA_PK_AS_REQ_OLD: 14,
  PA_PK_AS_REP_OLD: 15,
  PA_PK_AS_REQ: 16,
  PA_PK_AS_REP: 17,
  PA_ETYPE_INFO2: 19,
  PA_SAM_CHALLENGE_2: 30,
  PA_SAM_RESPONSE_2: 31,
  /** A service asks for a ticket in a user's name; not in RFC 4120. */
  PA_FOR_USER: 129,
  /** The newer form of PA_FOR_USER. */
  PA_FOR_X509_USER: 130,
  PA_FX_COOKIE: 133,
  PA_FX_FAST: 136,
  PA_FX_ERROR: 137,
  PA_ENCRYPTED_CHALLENGE: 138,
  PA_OTP_CHALLENGE: 141,
  PA_OTP_REQUEST: 142,
  PA_REQ_ENC_PA_REP: 149,
  PA_SPAKE: 151,
} as const;
