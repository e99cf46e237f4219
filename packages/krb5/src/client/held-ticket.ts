/** A ticket with the session key that its holder needs. */
import type { EncryptionKey } from '../crypto/index.js';
import type { EncKdcRepPart } from '../messages/kdc-messages.js';
import { toPrincipal } from '../messages/principal-name.js';
import { type Principal, TGS_NAME } from '../principal.js';

/**
 * A ticket and what its holder needs to use it. Times are whole seconds since 1970-01-01T00:00:00Z,
 * by the KDC's clock.
 */
export interface HeldTicket {
  readonly client: Principal;
  /** The service that the ticket is for, as its issuer named it. */
  readonly server: Principal;
  /** The session key. */
  readonly key: EncryptionKey;
  /** The Ticket's encoding (RFC 4120, section 5.3). */
  readonly ticket: Uint8Array;
  /** `TicketFlag` bits. */
  readonly flags: number;
  readonly starttime: number;
  readonly endtime: number;
}

/**
 * Returns the realm in the name of a ticket-granting service, krbtgt/REALM; undefined for another
 * service.
 */
export function tgtRealm({ components }: Principal): string | undefined {
  const [service, realm] = components;
  return components.length === 2 && service === TGS_NAME ? realm : undefined;
}

/** Returns the realm whose ticket-granting service takes this ticket-granting ticket. */
export function grantingRealm({ server }: HeldTicket): string {
  return tgtRealm(server) ?? server.realm;
}

/** Makes the ticket that a KDC's reply gives to `client`. */
export function ticketOfReply(
  client: Principal,
  ticket: Uint8Array,
  part: EncKdcRepPart,
): HeldTicket {
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
