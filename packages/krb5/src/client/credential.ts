/** A ticket and what its holder needs to use it. */
import type { EncryptionKey } from '../crypto/index.js';
import type { EncKdcRepPart } from '../messages/kdc-messages.js';
import { type Principal, TGS_NAME } from '../principal.js';
import { toPrincipal } from './names.js';

/** Times are whole seconds since 1970-01-01T00:00:00Z, by the KDC's clock. */
export interface Credential {
  readonly client: Principal;
  /** What the ticket is for, as its issuer named it. */
  readonly server: Principal;
  readonly key: EncryptionKey;
  /** The Ticket's encoding (RFC 4120, section 5.3). */
  readonly ticket: Uint8Array;
  /** TicketFlags. */
  readonly flags: number;
  readonly starttime: number;
  readonly endtime: number;
}

/** The realm that a ticket-granting ticket is for, or undefined for another ticket. */
export function tgtRealm({ components }: Principal): string | undefined {
  const [service, realm] = components;
  return components.length === 2 && service === TGS_NAME ? realm : undefined;
}

/** What a KDC's reply gives its client. */
export function toCredential(
  client: Principal,
  ticket: Uint8Array,
  part: EncKdcRepPart,
): Credential {
  return {
    client,
    server: toPrincipal(part.sname, part.srealm),
    key: part.key,
    ticket,
    flags: part.flags,
    starttime: part.starttime ?? part.authtime,
    endtime: part.endtime,
  };
}
