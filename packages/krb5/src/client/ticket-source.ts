/** Where a client's tickets come from, and those it has, kept for the process. */
import type { Krb5Config } from '../config/krb5-config.js';
import type { Principal } from '../principal.js';
import type { Clock } from './clock.js';
import type { Credential } from './credential.js';
import type { FailedRenewals } from './renewal.js';
import type { SharedExchanges } from './shared-exchange.js';

/** Tickets that were obtained with one ticket-granting ticket, or one after another of one client. */
export interface ObtainedTickets {
  /** By the name that was asked for. */
  readonly services: Map<string, Credential>;
  /** Ticket-granting tickets of other realms, by realm. */
  readonly crossRealmTgts: Map<string, Credential>;
  readonly exchanges: SharedExchanges<Credential>;
  readonly failedRenewals: FailedRenewals;
}

export interface TicketSource {
  readonly client: Principal;
  readonly clock: Clock;
  /** The tickets that a cache already holds. */
  readonly stored: readonly Credential[];
  readonly obtained: ObtainedTickets;
  /** A ticket-granting ticket of the client's own realm that has not expired. Throws Krb5Error. */
  tgt(config: Krb5Config, signal: AbortSignal | undefined): Promise<Credential>;
}

export function noTickets(): ObtainedTickets {
  return {
    services: new Map(),
    crossRealmTgts: new Map(),
    exchanges: new Map(),
    failedRenewals: new Map(),
  };
}
