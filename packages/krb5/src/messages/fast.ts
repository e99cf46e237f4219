/** The messages of FAST (RFC 6113, section 5.4). */
import type { ValueOf } from '../asn1/codec.js';
import { choice, optional, required, sequence } from '../asn1/constructed-types.js';
import {
  int32,
  kerberosFlags,
  kerberosString,
  kerberosTime,
  microseconds,
  octetString,
  uint32,
} from '../asn1/primitive-types.js';
import { checksum, encryptedData, encryptionKey, principalName } from './basic-types.js';
import { kdcReqBody } from './kdc-messages.js';
import { paDataSequence } from './pa-data.js';

/** The types of armor (RFC 6113, section 5.4.1). */
export const FastArmorType = {
  /** An AP-REQ with a ticket for the ticket-granting service. */
  FX_FAST_ARMOR_AP_REQUEST: 1,
} as const;

/** KrbFastArmor (RFC 6113, section 5.4.1). */
export const krbFastArmor = sequence({
  armorType: required(0, int32),
  armorValue: required(1, octetString),
});
export type KrbFastArmor = ValueOf<typeof krbFastArmor>;

/** PA-FX-FAST-REQUEST (RFC 6113, section 5.4.2). */
export const paFxFastRequest = choice({
  armoredData: required(
    0,
    sequence({
      armor: optional(0, krbFastArmor),
      reqChecksum: required(1, checksum),
      encFastReq: required(2, encryptedData),
    }),
  ),
});

/** KrbFastReq (RFC 6113, section 5.4.2). */
export const krbFastReq = sequence({
  fastOptions: required(0, kerberosFlags),
  padata: required(1, paDataSequence),
  reqBody: required(2, kdcReqBody),
});

/** PA-FX-FAST-REPLY (RFC 6113, section 5.4.3). */
export const paFxFastReply = choice({
  armoredData: required(0, sequence({ encFastRep: required(0, encryptedData) })),
});

/** KrbFastResponse (RFC 6113, section 5.4.3), with KrbFastFinished in it. */
export const krbFastResponse = sequence({
  padata: required(0, paDataSequence),
  strengthenKey: optional(1, encryptionKey),
  finished: optional(
    2,
    sequence({
      timestamp: required(0, kerberosTime),
      usec: required(1, microseconds),
      crealm: required(2, kerberosString),
      cname: required(3, principalName),
      ticketChecksum: required(4, checksum),
    }),
  ),
  nonce: required(3, uint32),
});
export type KrbFastResponse = ValueOf<typeof krbFastResponse>;
