/** The interface of a source of tickets for one client. */
import type { Krb5Config } from '../config/krb5-config.js';
import type { KnownRealms } from '../kdc/known-realms.js';
import type { Principal } from '../principal.js';
import type { Clock } from '../time/clock.js';
import type { HeldTicket } from './held-ticket.js';
import type { FailedRenewals } from './renewal.js';
import type { CcacheChoice } from './select-ccache.js';
import type { SharedExchanges } from './shared-exchange.js';

/**
 * Tickets that were obtained with one ticket-granting ticket, or with several of one client in a
 * row.
 */
export interface ObtainedTickets {
  /** Service tickets, by the name that was asked for. */
  readonly services: Map<string, HeldTicket>;
  /** Tickets that a server has refused; they may come from a cache too. */
  readonly refused: WeakSet<HeldTicket>;
  /** Tickets that a context has used. */
  readonly used: WeakSet<HeldTicket>;
  /** Ticket-granting tickets of other realms, by the realm that was asked for. */
  readonly crossRealmTgts: Map<string, HeldTicket>;
  readonly exchanges: SharedExchanges<HeldTicket>;
  readonly failedRenewals: FailedRenewals;
}

/** One client's tickets, and the way to new ones. */
export interface TicketSource {
  readonly client: Principal;
  readonly clock: Clock;
  /** The tickets that a cache already holds. */
  readonly stored: readonly HeldTicket[];
  readonly obtained: ObtainedTickets;
  /** Why the cache is this one; undefined if nothing but its name chose it. */
  readonly choice?: CcacheChoice;
  /** The memory of KDCs for this source's requests. */
  readonly realms: KnownRealms;
  /**
   * Gets a ticket-granting ticket of the client's own realm that has not expired. Throws Krb5Error,
   * or the signal's reason.
   */
  tgt(config: Krb5Config, signal: AbortSignal | undefined): Promise<HeldTicket>;
  /**
   * Gets another ticket-granting ticket than `refused`, which a KDC does not take. Returns undefined
   * if there is none. Throws Krb5Error if it fails; the old ticket is kept then. A source without
   * this method cannot get another ticket.
   */
  replaceTgt?(
    refused: HeldTicket,
    config: Krb5Config,
    signal: AbortSignal | undefined,
  ): Promise<HeldTicket | undefined>;
}
