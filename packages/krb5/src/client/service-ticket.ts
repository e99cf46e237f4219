/**
 * Finds the ticket for a service, at hand or from a KDC.
 *
 * The way of a ticket leads through these files in turn: service-ticket.ts (at hand, or a new one),
 * granted-ticket.ts (which realm is asked), referrals.ts and cross-realm-tgt.ts (how that realm is
 * reached), ask-tgs.ts (one question to one realm), and ask.ts in ../kdc (which KDC is asked).
 */
import type { Krb5Config } from '../config/krb5-config.js';
import { Krb5Error } from '../errors.js';
import { kdcsKey } from '../kdc/known-realms.js';
import { formatPrincipal, type Principal } from '../principal.js';
import { timeText } from '../time/time-text.js';
import { trace } from '../trace/trace.js';
import { forServer } from '../trace/words.js';
import { grantedTicket } from './granted-ticket.js';
import type { HeldTicket } from './held-ticket.js';
import { dropObtained, keepTicket, ticketAtHand } from './kept-tickets.js';
import { tgsEtypes } from './offered-etypes.js';
import { withTgt } from './refused-tgt.js';
import { isFresh, isValid, renewed } from './renewal.js';
import { shareExchange } from './shared-exchange.js';
import type { TicketSource } from './ticket-source.js';

/** Who wants a ticket for what. */
interface Wanted {
  readonly source: TicketSource;
  readonly server: Principal;
  /** Encryption types for the session key, the best first. */
  readonly etypes: readonly number[];
  readonly config: Krb5Config;
}

/**
 * Returns a ticket for `server`. A ticket at hand serves if no server has refused it and it has not
 * nearly expired. Otherwise the KDC is asked; all who ask at the same time share one exchange.
 * Throws Krb5Error, or the signal's reason.
 */
export async function serviceTicket(
  source: TicketSource,
  server: Principal,
  config: Krb5Config,
  signal: AbortSignal | undefined,
): Promise<HeldTicket> {
  const wanted = { source, server, etypes: tgsEtypes(config), config };
  trace(() => `Getting credentials ${forServer(source.client, server)}`);
  const held = ticketAtHand(source, server, wanted.etypes);
  trace(() => {
    const result = held === undefined ? 'not there' : `there, until ${timeText(held.endtime)}`;
    return `Retrieving ${forServer(source.client, server)} from the tickets at hand with result: ${result}`;
  });
  return held !== undefined && (await isGoodEnough(wanted, held, signal))
    ? held
    : replacementFor(wanted, held, signal);
}

/** Tells whether the held ticket serves without a question to a KDC. */
async function isGoodEnough(
  wanted: Wanted,
  held: HeldTicket,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { obtained, clock } = wanted.source;
  return (
    !obtained.refused.has(held) &&
    (isFresh(held, clock) || !(await canOutlast(wanted, held, signal)))
  );
}

/** Tells whether a new ticket could be good for longer than the held one. */
async function canOutlast(
  { source, config }: Wanted,
  held: HeldTicket,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return (await source.tgt(config, signal)).endtime > held.endtime;
  } catch (error) {
    // The held ticket is still good, so nobody needs the ticket-granting ticket yet.
    if (error instanceof Krb5Error) {
      return false;
    }
    throw error;
  }
}

/** Gets a new ticket. While `held` is valid, it serves if no KDC answers soon (`renewed`). */
function replacementFor(
  wanted: Wanted,
  held: HeldTicket | undefined,
  signal: AbortSignal | undefined,
): Promise<HeldTicket> {
  const { obtained, clock } = wanted.source;
  const isRefused = held !== undefined && obtained.refused.has(held);
  // A ticket that a server has refused is no reason to spare the KDC.
  const failed = isRefused ? new Map() : obtained.failedRenewals;
  const key = formatPrincipal(wanted.server);
  return renewed({ failed, key, held, clock, signal }, (patient) => shareRequest(wanted, patient));
}

/** Asks the KDCs, or joins the exchange of another caller who does so. */
async function shareRequest(wanted: Wanted, signal: AbortSignal | undefined): Promise<HeldTicket> {
  const { source, server, config } = wanted;
  const tgt = await startingTgt(wanted, signal);
  // Nobody joins an exchange with KDCs that krb5.conf no longer names.
  const key = `${formatPrincipal(server)} ${kdcsKey(source.client.realm, config)}`;
  const request = (shared: AbortSignal) => requestTicket(wanted, tgt, shared);
  return shareExchange(source.obtained.exchanges, key, request, signal);
}

/**
 * Returns the client's own ticket-granting ticket. Without one, the ticket for the server's realm that
 * is at hand serves, so that a cache needs no other.
 */
async function startingTgt(
  { source, server, config }: Wanted,
  signal: AbortSignal | undefined,
): Promise<HeldTicket> {
  try {
    return await source.tgt(config, signal);
  } catch (error) {
    const crossRealm = source.obtained.crossRealmTgts.get(server.realm);
    if (
      error instanceof Krb5Error &&
      crossRealm !== undefined &&
      isValid(crossRealm, source.clock)
    ) {
      return crossRealm;
    }
    throw error;
  }
}

/** Asks the KDCs and keeps the ticket. */
async function requestTicket(
  { source, server, etypes, config }: Wanted,
  tgt: HeldTicket,
  signal: AbortSignal,
): Promise<HeldTicket> {
  const { clock, obtained, realms } = source;
  const { crossRealmTgts } = obtained;
  const onClockSet = () => dropObtained(obtained);
  const request = { crossRealmTgts, etypes, config, clock, realms, onClockSet, signal };
  const get = (own: HeldTicket) => grantedTicket({ ...request, tgt: own }, server);
  const ticket = await withTgt(source, tgt, get, config, signal);
  keepTicket(obtained, server, ticket);
  trace(() => `Received creds for desired service ${formatPrincipal(ticket.server)}`);
  return ticket;
}
