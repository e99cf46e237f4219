/** The armor of FAST, made of a ticket (RFC 6113, section 5.4.1). */
import { encode } from '../../asn1/codec.js';
import type { HeldTicket } from '../../client/held-ticket.js';
import { combineKeys, type EncryptionKey, KeyUsage, randomKey } from '../../crypto/index.js';
import { apReq, authenticator } from '../../messages/ap-messages.js';
import { FastArmorType, type KrbFastArmor } from '../../messages/fast.js';
import { MessageType, PVNO } from '../../messages/message-type.js';
import { toPrincipalName } from '../../messages/principal-name.js';
import { encryptData } from '../../messages/protection.js';
import { randomMoment } from '../../time/moments.js';

/** What tells the KDC the armor key, and that key. It serves all requests of one exchange. */
export interface Armor {
  readonly proof: KrbFastArmor;
  readonly key: EncryptionKey;
}

/**
 * Makes an armor of a ticket for the ticket-granting service of the KDC's realm. `now` is
 * milliseconds since 1970, by the KDC's clock.
 */
export function makeArmor({ client, key, ticket }: HeldTicket, now: number): Armor {
  const subkey = randomKey(key.etype);
  const { seconds, microseconds } = randomMoment(now);
  const moment = encode(authenticator, {
    authenticatorVno: PVNO,
    crealm: client.realm,
    cname: toPrincipalName(client),
    cusec: microseconds,
    ctime: seconds,
    subkey,
  });
  const request = encode(apReq, {
    pvno: PVNO,
    msgType: MessageType.KRB_AP_REQ,
    apOptions: 0,
    ticket,
    authenticator: encryptData(key, KeyUsage.AP_REQ_AUTH, moment),
  });
  return {
    proof: { armorType: FastArmorType.FX_FAST_ARMOR_AP_REQUEST, armorValue: request },
    key: combineKeys(subkey, 'subkeyarmor', key, 'ticketarmor'),
  };
}
