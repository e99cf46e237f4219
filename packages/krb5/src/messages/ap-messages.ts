/** The messages between client and server: AP-REQ and AP-REP (RFC 4120, section 5.5). */
import type { ValueOf } from '../asn1/codec.js';
import { application, optional, required, sequence } from '../asn1/constructed-types.js';
import {
  int32,
  kerberosFlags,
  kerberosString,
  kerberosTime,
  microseconds,
  uint32,
} from '../asn1/primitive-types.js';
import {
  authorizationData,
  checksum,
  encryptedData,
  encryptionKey,
  principalName,
} from './basic-types.js';
import { MessageType } from './message-type.js';
import { encodedTicket } from './ticket.js';

/** AP-REQ (RFC 4120, section 5.5.1). */
export const apReq = application(
  MessageType.KRB_AP_REQ,
  sequence({
    pvno: required(0, int32),
    msgType: required(1, int32),
    apOptions: required(2, kerberosFlags),
    ticket: required(3, encodedTicket),
    authenticator: required(4, encryptedData),
  }),
);
export type ApReq = ValueOf<typeof apReq>;

/** APOptions (RFC 4120, section 5.5.1), as bits of a `kerberosFlags` number. */
export const ApOption = {
  USE_SESSION_KEY: 0x4000_0000,
  MUTUAL_REQUIRED: 0x2000_0000,
} as const;

/** Authenticator (RFC 4120, section 5.5.1). */
export const authenticator = application(
  2,
  sequence({
    authenticatorVno: required(0, int32),
    crealm: required(1, kerberosString),
    cname: required(2, principalName),
    cksum: optional(3, checksum),
    cusec: required(4, microseconds),
    ctime: required(5, kerberosTime),
    subkey: optional(6, encryptionKey),
    seqNumber: optional(7, uint32),
    authorizationData: optional(8, authorizationData),
  }),
);
export type Authenticator = ValueOf<typeof authenticator>;

/** AP-REP (RFC 4120, section 5.5.2). */
export const apRep = application(
  MessageType.KRB_AP_REP,
  sequence({
    pvno: required(0, int32),
    msgType: required(1, int32),
    encPart: required(2, encryptedData),
  }),
);

/** EncAPRepPart (RFC 4120, section 5.5.2). */
export const encApRepPart = application(
  27,
  sequence({
    ctime: required(0, kerberosTime),
    cusec: required(1, microseconds),
    subkey: optional(2, encryptionKey),
    seqNumber: optional(3, uint32),
  }),
);
export type EncApRepPart = ValueOf<typeof encApRepPart>;
