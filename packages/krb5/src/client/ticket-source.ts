/** The source of a client's tickets: a credential cache, keytab or password. */
import { defaultCcacheName } from '../config/default-ccache-name.js';
import type { Krb5Config } from '../config/krb5-config.js';
import type { KnownRealms } from '../kdc/known-realms.js';
import type { Krb5State } from '../krb5-state.js';
import type { Principal } from '../principal.js';
import type { Clock } from '../time/clock.js';
import { ccacheSource } from './ccache-source.js';
import type { Credentials } from './credentials.js';
import type { HeldTicket } from './held-ticket.js';
import type { ObtainedTickets } from './kept-tickets.js';
import { ownKeySource } from './own-key-source.js';

/** One client's tickets, and the way to new ones. */
export interface TicketSource {
  readonly client: Principal;
  readonly clock: Clock;
  /** The tickets that a cache already holds. */
  readonly stored: readonly HeldTicket[];
  readonly obtained: ObtainedTickets;
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

/**
 * Returns the source of tickets for `credentials`; without credentials, the default cache. Throws
 * Krb5Error.
 */
export async function ticketSource(
  credentials: Credentials | undefined,
  config: Krb5Config,
  state: Krb5State,
): Promise<TicketSource> {
  if (credentials === undefined) {
    return ccacheSource(defaultCcacheName(config), config, state);
  }
  return credentials.type === 'ccache'
    ? ccacheSource(credentials.ccache, config, state)
    : ownKeySource(credentials, config, state);
}
