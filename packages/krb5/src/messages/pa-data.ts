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

/** PA-DATA types (RFC 4120, section 7.5.2; RFC 6806, section 11; RFC 6113, section 7.2). */
export const PaDataType = {
  PA_TGS_REQ: 1,
  PA_ENC_TIMESTAMP: 2,
  PA_PW_SALT: 3,
  PA_ETYPE_INFO2: 19,
  /** A service asks for a ticket in a user's name; not in RFC 4120. */
  PA_FOR_USER: 129,
  /** The newer form of PA_FOR_USER. */
  PA_FOR_X509_USER: 130,
  PA_FX_FAST: 136,
  PA_REQ_ENC_PA_REP: 149,
} as const;
