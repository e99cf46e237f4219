/** The messages between client and KDC: AS and TGS exchanges (RFC 4120, section 5.4). */
import type { Codec, ValueOf } from '../asn1/codec.js';
import {
  application,
  optional,
  required,
  sequence,
  sequenceOf,
} from '../asn1/constructed-types.js';
import { peekTag } from '../asn1/element.js';
import {
  int32,
  kerberosFlags,
  kerberosString,
  kerberosTime,
  uint32,
} from '../asn1/primitive-types.js';
import { encryptedData, encryptionKey, hostAddresses, principalName } from './basic-types.js';
import { MessageType } from './message-type.js';
import { paDataSequence } from './pa-data.js';
import { encodedTicket } from './ticket.js';

/**
 * KDC-REQ-BODY (RFC 4120, section 5.4.1). Requests of this package carry no authorization data and
 * no additional tickets.
 */
export const kdcReqBody = sequence({
  kdcOptions: required(0, kerberosFlags),
  cname: optional(1, principalName),
  realm: required(2, kerberosString),
  sname: optional(3, principalName),
  from: optional(4, kerberosTime),
  till: required(5, kerberosTime),
  rtime: optional(6, kerberosTime),
  nonce: required(7, uint32),
  etype: required(8, sequenceOf(int32)),
  addresses: optional(9, hostAddresses),
});
export type KdcReqBody = ValueOf<typeof kdcReqBody>;

const kdcReq = sequence({
  pvno: required(1, int32),
  msgType: required(2, int32),
  padata: optional(3, paDataSequence),
  reqBody: required(4, kdcReqBody),
});

/** AS-REQ (RFC 4120, section 5.4.1). */
export const asReq = application(MessageType.KRB_AS_REQ, kdcReq);
/** TGS-REQ (RFC 4120, section 5.4.1). */
export const tgsReq = application(MessageType.KRB_TGS_REQ, kdcReq);

const kdcRep = sequence({
  pvno: required(0, int32),
  msgType: required(1, int32),
  padata: optional(2, paDataSequence),
  crealm: required(3, kerberosString),
  cname: required(4, principalName),
  ticket: required(5, encodedTicket),
  encPart: required(6, encryptedData),
});

/** AS-REP (RFC 4120, section 5.4.2). */
export const asRep = application(MessageType.KRB_AS_REP, kdcRep);
/** TGS-REP (RFC 4120, section 5.4.2). */
export const tgsRep = application(MessageType.KRB_TGS_REP, kdcRep);

const lastReq = sequenceOf(
  sequence({
    lrType: required(0, int32),
    lrValue: required(1, kerberosTime),
  }),
);

const encKdcRepPartBody = sequence({
  key: required(0, encryptionKey),
  lastReq: required(1, lastReq),
  nonce: required(2, uint32),
  keyExpiration: optional(3, kerberosTime),
  flags: required(4, kerberosFlags),
  authtime: required(5, kerberosTime),
  starttime: optional(6, kerberosTime),
  endtime: required(7, kerberosTime),
  renewTill: optional(8, kerberosTime),
  srealm: required(9, kerberosString),
  sname: required(10, principalName),
  caddr: optional(11, hostAddresses),
  /** Added by RFC 6806, section 11. */
  encryptedPaData: optional(12, paDataSequence),
});
export type EncKdcRepPart = ValueOf<typeof encKdcRepPartBody>;

/** EncASRepPart (RFC 4120, section 5.4.2). */
export const encAsRepPart = application(25, encKdcRepPartBody);
/** EncTGSRepPart (RFC 4120, section 5.4.2). */
export const encTgsRepPart = application(26, encKdcRepPartBody);

/**
 * Reads EncASRepPart and EncTGSRepPart, and writes EncASRepPart: "some implementations
 * unconditionally send an encrypted EncTGSRepPart in this field regardless of whether the reply is
 * an AS-REP or a TGS-REP" (RFC 4120, section 5.4.2).
 */
export const encKdcRepPart: Codec<EncKdcRepPart> = {
  tag: encAsRepPart.tag,
  write: encAsRepPart.write,
  read: (input) =>
    peekTag(input) === encTgsRepPart.tag ? encTgsRepPart.read(input) : encAsRepPart.read(input),
};

/**
 * KDCOptions as bits of a `kerberosFlags` number (RFC 4120, section 5.4.1; CANONICALIZE: RFC 6806,
 * section 3).
 */
export const KdcOption = {
  FORWARDABLE: 0x4000_0000,
  FORWARDED: 0x2000_0000,
  PROXIABLE: 0x1000_0000,
  PROXY: 0x0800_0000,
  ALLOW_POSTDATE: 0x0400_0000,
  POSTDATED: 0x0200_0000,
  RENEWABLE: 0x0080_0000,
  /** Constrained delegation; not in RFC 4120. */
  CNAME_IN_ADDL_TKT: 0x0002_0000,
  CANONICALIZE: 0x0001_0000,
  /** RFC 8062, section 7. */
  REQUEST_ANONYMOUS: 0x0000_8000,
  DISABLE_TRANSITED_CHECK: 0x0000_0020,
  RENEWABLE_OK: 0x0000_0010,
  ENC_TKT_IN_SKEY: 0x0000_0008,
  RENEW: 0x0000_0002,
  VALIDATE: 0x0000_0001,
} as const;
