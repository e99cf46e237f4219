/** The parameters that all steps to a service ticket share. */
import type { Krb5Config } from '../config/krb5-config.js';
import type { KnownRealms } from '../kdc/known-realms.js';
import type { Clock } from '../time/clock.js';
import type { HeldTicket } from './held-ticket.js';

/** One client's request for one service ticket. */
export interface TicketRequest {
  /** The client's ticket-granting ticket for its own realm. */
  readonly tgt: HeldTicket;
  /**
   * Ticket-granting tickets for other realms, by the realm that was asked for. This client chose the
   * way there, by capaths or by the realms' names. A ticket from a referral is for a realm that a
   * KDC chose, so it is never kept here.
   */
  readonly crossRealmTgts: Map<string, HeldTicket>;
  /** Encryption types for session keys, the best first. */
  readonly etypes: readonly number[];
  readonly config: Krb5Config;
  readonly clock: Clock;
  readonly realms: KnownRealms;
  /** Called after a KDC's reply has set the clock. */
  readonly onClockSet: () => void;
  readonly signal: AbortSignal;
}
