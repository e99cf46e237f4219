/** Tickets, as servers read them and as clients pass them on (RFC 4120, section 5.3). */
import type { ValueOf } from '../asn1/codec.js';
import { application, encoded, optional, required, sequence } from '../asn1/constructed-types.js';
import { applicationTag } from '../asn1/element.js';
import {
  int32,
  kerberosFlags,
  kerberosString,
  kerberosTime,
  octetString,
} from '../asn1/primitive-types.js';
import {
  authorizationData,
  encryptedData,
  encryptionKey,
  hostAddresses,
  principalName,
} from './basic-types.js';

const TICKET_NUMBER = 1;

/** A Ticket as its issuer encoded it: clients pass tickets on unread. */
export const encodedTicket = encoded(applicationTag(TICKET_NUMBER));

/** Ticket (RFC 4120, section 5.3). */
export const ticket = application(
  TICKET_NUMBER,
  sequence({
    tktVno: required(0, int32),
    realm: required(1, kerberosString),
    sname: required(2, principalName),
    encPart: required(3, encryptedData),
  }),
);
export type Ticket = ValueOf<typeof ticket>;

/** TransitedEncoding (RFC 4120, section 5.3). */
export const transitedEncoding = sequence({
  trType: required(0, int32),
  contents: required(1, octetString),
});

/** EncTicketPart (RFC 4120, section 5.3). */
export const encTicketPart = application(
  3,
  sequence({
    flags: required(0, kerberosFlags),
    key: required(1, encryptionKey),
    crealm: required(2, kerberosString),
    cname: required(3, principalName),
    transited: required(4, transitedEncoding),
    authtime: required(5, kerberosTime),
    starttime: optional(6, kerberosTime),
    endtime: required(7, kerberosTime),
    renewTill: optional(8, kerberosTime),
    caddr: optional(9, hostAddresses),
    authorizationData: optional(10, authorizationData),
  }),
);
export type EncTicketPart = ValueOf<typeof encTicketPart>;

/** TicketFlags (RFC 4120, section 5.3), as bits of a `kerberosFlags` number. */
export const TicketFlag = {
  FORWARDABLE: 0x4000_0000,
  FORWARDED: 0x2000_0000,
  PROXIABLE: 0x1000_0000,
  PROXY: 0x0800_0000,
  MAY_POSTDATE: 0x0400_0000,
  POSTDATED: 0x0200_0000,
  INVALID: 0x0100_0000,
  RENEWABLE: 0x0080_0000,
  INITIAL: 0x0040_0000,
  PRE_AUTHENT: 0x0020_0000,
  HW_AUTHENT: 0x0010_0000,
  TRANSITED_POLICY_CHECKED: 0x0008_0000,
  OK_AS_DELEGATE: 0x0004_0000,
  /** RFC 6806, section 11. */
  ENC_PA_REP: 0x0001_0000,
} as const;
