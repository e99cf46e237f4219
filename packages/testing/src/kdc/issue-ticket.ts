/** Makes tickets and the encrypted parts of replies (RFC 4120, sections 5.3 and 5.4.2). */
import { type EncryptionKey, KeyUsage, KrbErrorCode, type Principal } from '@remctl/krb5';
import {
  type EncKdcRepPart,
  type EncTicketPart,
  encode,
  encryptData,
  encTicketPart,
  isSupportedEtype,
  PVNO,
  randomKey,
  ticket,
  toPrincipalName,
} from '@remctl/krb5/testing';
import { KdcRefusal, nameOf } from './kdc-refusal.js';
import type { KnownPrincipal } from './principals.js';

/** The field of a ticket whose client came through no other realm; type 1 is DOMAIN-X500-COMPRESS. */
export const NO_REALMS_TRANSITED = { trType: 1, contents: new Uint8Array() } as const;

/** Encrypts a ticket with the service's newest key of its preferred type. */
export async function sealTicket(
  service: KnownPrincipal,
  server: Principal,
  part: EncTicketPart,
): Promise<Uint8Array> {
  const [newest] = service.keys;
  const [etype] = newest.etypes;
  if (etype === undefined) {
    throw new Error(`${service.name} has no key`);
  }
  const key = await newest.key(etype);
  return encode(ticket, {
    tktVno: PVNO,
    realm: server.realm,
    sname: toPrincipalName(server),
    encPart: encryptData(key, KeyUsage.TICKET, encode(encTicketPart, part), newest.kvno),
  });
}

/**
 * Makes a session key of the first type in `wanted` that the service has a key of. Throws KdcRefusal
 * KDC_ERR_ETYPE_NOSUPP if there is none.
 */
export function sessionKey(service: KnownPrincipal, wanted: readonly number[]): EncryptionKey {
  const [newest] = service.keys;
  const etype = wanted.find((each) => isSupportedEtype(each) && newest.etypes.includes(each));
  if (etype === undefined) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_ETYPE_NOSUPP,
      `${nameOf(service.principal)} has no key of an encryption type that the request offers`,
    );
  }
  return randomKey(etype);
}

/** Returns the part of a reply that tells the client about its ticket. */
export function replyPart(part: EncTicketPart, server: Principal, nonce: number): EncKdcRepPart {
  const { flags, key, authtime, starttime, endtime, renewTill, caddr } = part;
  return {
    key,
    // Type 0 says nothing (section 5.4.2), and the list must not be left out.
    lastReq: [{ lrType: 0, lrValue: starttime ?? authtime }],
    nonce,
    flags,
    authtime,
    ...(starttime === undefined ? {} : { starttime }),
    endtime,
    ...(renewTill === undefined ? {} : { renewTill }),
    srealm: server.realm,
    sname: toPrincipalName(server),
    ...(caddr === undefined ? {} : { caddr }),
  };
}
