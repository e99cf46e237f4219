/** The types that RFC 4120's messages share (section 5.2). */
import {
  application,
  applicationTag,
  type Codec,
  encoded,
  int32,
  kerberosFlags,
  kerberosString,
  kerberosTime,
  microseconds,
  octetString,
  optional,
  required,
  sequence,
  sequenceOf,
  uint32,
  type ValueOf,
} from '../asn1/codec.js';
import { EncryptionKey } from '../crypto/index.js';

/** The protocol version number in every message. */
export const PVNO = 5;

/** The application tag numbers of RFC 4120, section 5.10, which are the message types too. */
export const MessageType = {
  KRB_AS_REQ: 10,
  KRB_AS_REP: 11,
  KRB_TGS_REQ: 12,
  KRB_TGS_REP: 13,
  KRB_AP_REQ: 14,
  KRB_AP_REP: 15,
  KRB_ERROR: 30,
} as const;

/** PrincipalName (section 5.2.2). */
export const principalName = sequence({
  nameType: required(0, int32),
  nameString: required(1, sequenceOf(kerberosString)),
});
export type PrincipalName = ValueOf<typeof principalName>;

/** EncryptedData (section 5.2.9). */
export const encryptedData = sequence({
  etype: required(0, int32),
  kvno: optional(1, uint32),
  cipher: required(2, octetString),
});
export type EncryptedData = ValueOf<typeof encryptedData>;

const encryptionKeySequence = sequence({
  keytype: required(0, int32),
  keyvalue: required(1, octetString),
});

/** EncryptionKey (section 5.2.9). */
export const encryptionKey: Codec<EncryptionKey> = {
  tag: encryptionKeySequence.tag,
  write: (writer, { etype, value }) =>
    encryptionKeySequence.write(writer, { keytype: etype, keyvalue: value }),
  read: (input) => {
    const { keytype, keyvalue } = encryptionKeySequence.read(input);
    return new EncryptionKey(keytype, keyvalue);
  },
};

/** Checksum (section 5.2.9). */
export const checksum = sequence({
  cksumtype: required(0, int32),
  checksum: required(1, octetString),
});
export type Checksum = ValueOf<typeof checksum>;

/** HostAddress (section 5.2.5). */
export const hostAddress = sequence({
  addrType: required(0, int32),
  address: required(1, octetString),
});

/** HostAddresses (section 5.2.5). */
export const hostAddresses = sequenceOf(hostAddress);

/** AuthorizationData (section 5.2.6). */
export const authorizationData = sequenceOf(
  sequence({
    adType: required(0, int32),
    adData: required(1, octetString),
  }),
);
export type AuthorizationData = ValueOf<typeof authorizationData>;

/** PA-DATA (section 5.2.7). Its first element has number 1. */
export const paData = sequence({
  padataType: required(1, int32),
  padataValue: required(2, octetString),
});
export type PaData = ValueOf<typeof paData>;

/** SEQUENCE OF PA-DATA: METHOD-DATA (section 5.9.1) and others. */
export const paDataSequence = sequenceOf(paData);

const TICKET_NUMBER = 1;

/** A Ticket as its issuer encoded it: clients pass tickets on and never look inside. */
export const encodedTicket = encoded(applicationTag(TICKET_NUMBER));

/** Ticket (section 5.3). */
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

/** TransitedEncoding (section 5.3). */
export const transitedEncoding = sequence({
  trType: required(0, int32),
  contents: required(1, octetString),
});

/** EncTicketPart (section 5.3). */
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

/** TicketFlags (section 5.3), as bits of a `kerberosFlags` number. */
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

/** PA-ENC-TS-ENC (section 5.2.7.2). */
export const paEncTsEnc = sequence({
  patimestamp: required(0, kerberosTime),
  pausec: optional(1, microseconds),
});

/** ETYPE-INFO2 (section 5.2.7.5). */
export const etypeInfo2 = sequenceOf(
  sequence({
    etype: required(0, int32),
    salt: optional(1, kerberosString),
    s2kparams: optional(2, octetString),
  }),
);
export type EtypeInfo2Entry = ValueOf<typeof etypeInfo2>[number];

/** PA-DATA types (section 7.5.2; RFC 6806, section 11). */
export const PaDataType = {
  PA_TGS_REQ: 1,
  PA_ENC_TIMESTAMP: 2,
  PA_PW_SALT: 3,
  PA_ETYPE_INFO2: 19,
  PA_REQ_ENC_PA_REP: 149,
} as const;
