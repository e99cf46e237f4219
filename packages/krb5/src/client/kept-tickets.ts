/** The tickets that a client has obtained, kept for the process. */
import { REFERRAL_REALM } from '../config/host-realm.js';
import { TicketFlag } from '../messages/ticket.js';
import { formatPrincipal, type Principal, principalsEqual } from '../principal.js';
import type { HeldTicket } from './held-ticket.js';
import { isValid } from './renewal.js';
import type { ObtainedTickets, TicketSource } from './ticket-source.js';

/** The most services of one client whose tickets are kept. */
const MAX_SERVICES = 4096;

/** Makes an empty store. */
export function noTickets(): ObtainedTickets {
  return {
    services: new Map(),
    refused: new WeakSet(),
    used: new WeakSet(),
    crossRealmTgts: new Map(),
    exchanges: new Map(),
    failedRenewals: new Map(),
  };
}

/** Keeps a service ticket under the name that was asked for. */
export function keepTicket(
  { services, failedRenewals }: ObtainedTickets,
  server: Principal,
  ticket: HeldTicket,
): void {
  if (services.size >= MAX_SERVICES) {
    services.clear();
    failedRenewals.clear();
  }
  services.set(formatPrincipal(server), ticket);
}

/**
 * Drops every ticket that was obtained by a clock that has turned out to be wrong: the tickets'
 * times cannot be trusted.
 */
export function dropObtained({ services, crossRealmTgts, failedRenewals }: ObtainedTickets): void {
  services.clear();
  crossRealmTgts.clear();
  failedRenewals.clear();
}

/**
 * Makes the next caller who asks for the service get another ticket than this one, which the server
 * has refused. The refusal is not authenticated, so the ticket is kept in case no KDC gives another.
 */
export function forgetTicket({ obtained }: TicketSource, ticket: HeldTicket): void {
  obtained.refused.add(ticket);
}

/**
 * Returns the ticket for `server` that is at hand and still valid. A ticket that no server has
 * refused is preferred, then the one that is good for longest.
 */
export function ticketAtHand(
  { stored, obtained, clock }: TicketSource,
  server: Principal,
  etypes: readonly number[],
): HeldTicket | undefined {
  const kept = obtained.services.get(formatPrincipal(server));
  const usable = stored.filter(
    (ticket) => isFor(server, ticket) && (ticket.flags & TicketFlag.INVALID) === 0,
  );
  const best = [...(kept === undefined ? [] : [kept]), ...usable]
    .filter(({ key }) => etypes.includes(key.etype))
    .reduce<HeldTicket | undefined>(
      (chosen, ticket) =>
        chosen === undefined || isBetter(ticket, chosen, obtained) ? ticket : chosen,
      undefined,
    );
  return best !== undefined && isValid(best, clock) ? best : undefined;
}

function isBetter(one: HeldTicket, other: HeldTicket, { refused }: ObtainedTickets): boolean {
  return refused.has(one) === refused.has(other) ? one.endtime > other.endtime : refused.has(other);
}

/**
 * Tells whether a ticket is for `wanted`. A name without a realm takes a ticket of the client's own
 * realm, or one that is stored without a realm too: another realm's host of the same name is another
 * host.
 */
function isFor(wanted: Principal, { client, server }: HeldTicket): boolean {
  return (
    principalsEqual(wanted, server) ||
    (wanted.realm === REFERRAL_REALM && principalsEqual({ ...wanted, realm: client.realm }, server))
  );
}
