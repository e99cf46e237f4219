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
  /** Tickets that a server did not take, from a cache too. */
  readonly refused: WeakSet<Credential>;
  /** Ticket-granting tickets of other realms, by the realm that was asked for. */
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
  /**
   * Another ticket-granting ticket than `refused`, which a KDC does not take; undefined where there
   * is none. Without it the source cannot get any. Throws Krb5Error; the old one is kept then.
   */
  replaceTgt?(
    refused: Credential,
    config: Krb5Config,
    signal: AbortSignal | undefined,
  ): Promise<Credential | undefined>;
}

export function noTickets(): ObtainedTickets {
  return {
    services: new Map(),
    refused: new WeakSet(),
    crossRealmTgts: new Map(),
    exchanges: new Map(),
    failedRenewals: new Map(),
  };
}

/** Drops what was obtained by a clock that has turned out to be wrong: its times are not to be trusted. */
export function dropObtained({ services, crossRealmTgts, failedRenewals }: ObtainedTickets): void {
  services.clear();
  crossRealmTgts.clear();
  failedRenewals.clear();
}
