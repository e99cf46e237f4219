/** Tickets from a credential cache, read again after each change. */
import type { Ccache, CcacheCredential } from '../ccache/ccache.js';
import { locateCcache } from '../ccache/ccache-name.js';
import type { ReadCcache } from '../ccache/ccache-type.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { abandonmentOf } from '../kdc/abandoned.js';
import type { KnownRealms } from '../kdc/known-realms.js';
import { formatPrincipal, type Principal, principalsEqual, tgsPrincipal } from '../principal.js';
import type { RecentlyUsed } from '../recently-used.js';
import { type Clock, kdcNow } from '../time/clock.js';
import { timeText } from '../time/time-text.js';
import { trace } from '../trace/trace.js';
import { type HeldTicket, tgtRealm } from './held-ticket.js';
import { noTickets } from './kept-tickets.js';
import { type SharedExchanges, shareExchange } from './shared-exchange.js';
import type { ObtainedTickets, TicketSource } from './ticket-source.js';

const MS_PER_SECOND = 1000;
const MICROSECONDS_PER_MS = 1000;

/** A cache that was read. */
export interface KnownCache {
  /** The cache's signature from before it was read. */
  readonly signature: string;
  readonly source: TicketSource;
}

/** What is remembered of credential caches. */
export interface CcacheMemory {
  /** Parsed credential caches, by name. */
  readonly ccaches: RecentlyUsed<KnownCache>;
  /** Reads of credential caches that are under way, by name. */
  readonly ccacheReads: SharedExchanges<TicketSource>;
  readonly realms: KnownRealms;
}

/**
 * Returns the source of the cache called `name`. All who ask while the cache is being read share one
 * source and its tickets. Throws as `CcacheLocation.read` does, and the signal's reason.
 */
export function ccacheSource(
  name: string,
  config: Krb5Config,
  memory: CcacheMemory,
  signal?: AbortSignal,
): Promise<TicketSource> {
  // A question to a daemon ends when nobody waits for it any more.
  const read = (shared: AbortSignal) => refresh(name, config, memory, abandonmentOf(shared));
  return shareExchange(memory.ccacheReads, name, read, signal);
}

async function refresh(
  name: string,
  config: Krb5Config,
  memory: CcacheMemory,
  signal: AbortSignal,
): Promise<TicketSource> {
  const location = locateCcache(name, config);
  const before = memory.ccaches.get(name);
  // A change between this look and the reading has another signature next time.
  const signature = await location.signature(signal);
  if (before !== undefined && signature !== '' && signature === before.signature) {
    return before.source;
  }
  const read = await location.read(signal);
  const source = sourceOf(read, config, memory, before?.source);
  trace(() => {
    const { client, stored } = source;
    return `Reading ccache ${name}: default principal ${formatPrincipal(client)}, ${stored.length} tickets`;
  });
  memory.ccaches.set(name, { signature, source });
  return source;
}

function sourceOf(
  { path, ccache }: ReadCcache,
  config: Krb5Config,
  { realms }: CcacheMemory,
  before: TicketSource | undefined,
): TicketSource {
  const client = ccache.defaultPrincipal;
  const stored = ccache.credentials
    .filter((entry) => !entry.isSkey && principalsEqual(entry.client, client))
    .map(heldTicket);
  const tgt = newestTgt(stored, client);
  // Another login's tickets are not for this one; the same login's stay good.
  const sameLogin = before !== undefined && isSameLogin(tgt, before, client) ? before : undefined;
  const { clock, obtained } = sameLogin ?? {
    clock: clockOf(ccache, config),
    obtained: noTickets(),
  };
  adoptCrossRealmTgts(stored, client, obtained);
  return {
    client,
    clock,
    stored,
    obtained,
    realms,
    tgt: async () => requireTgt(tgt, client, path, clock),
  };
}

/**
 * Adds the cache's ticket-granting tickets of other realms to the obtained ones: those that the
 * client's own realm has issued, since its word is taken for the way there (as libkrb5 does).
 */
function adoptCrossRealmTgts(
  stored: readonly HeldTicket[],
  { realm: home }: Principal,
  { crossRealmTgts }: ObtainedTickets,
): void {
  for (const ticket of stored) {
    const realm = tgtRealm(ticket.server);
    const isCrossRealm = realm !== undefined && realm !== home && ticket.server.realm === home;
    if (isCrossRealm && ticket.endtime > (crossRealmTgts.get(realm)?.endtime ?? 0)) {
      crossRealmTgts.set(realm, ticket);
    }
  }
}

function heldTicket(entry: CcacheCredential): HeldTicket {
  const { client, server, key, ticket, flags, authtime, starttime, endtime } = entry;
  return { client, server, key, ticket, flags, starttime: starttime || authtime, endtime };
}

/** Returns the KDC's clock as kinit noted it in the cache. */
function clockOf({ timeOffset }: Ccache, { kdcTimesync }: Krb5Config): Clock {
  const { seconds = 0, microseconds = 0 } = (kdcTimesync && timeOffset) || {};
  return { offsetMs: seconds * MS_PER_SECOND + microseconds / MICROSECONDS_PER_MS };
}

function isSameLogin(
  tgt: HeldTicket | undefined,
  before: TicketSource,
  client: Principal,
): boolean {
  const oldTgt = newestTgt(before.stored, client);
  return (
    tgt !== undefined && oldTgt !== undefined && Buffer.compare(tgt.ticket, oldTgt.ticket) === 0
  );
}

/** Returns the ticket-granting ticket for the client's own realm that ends last. */
function newestTgt(tickets: readonly HeldTicket[], client: Principal): HeldTicket | undefined {
  const server = tgsPrincipal(client.realm);
  return tickets
    .filter((ticket) => principalsEqual(ticket.server, server))
    .reduce<HeldTicket | undefined>(
      (best, each) => (best === undefined || each.endtime > best.endtime ? each : best),
      undefined,
    );
}

/** Returns the ticket-granting ticket. Throws Krb5Error if there is none or it has expired. */
function requireTgt(
  tgt: HeldTicket | undefined,
  client: Principal,
  path: string,
  clock: Clock,
): HeldTicket {
  if (tgt === undefined) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_NOTFOUND,
      `the credential cache ${path} has no ticket-granting ticket of ${formatPrincipal(client)}: run kinit, or give keytab`,
    );
  }
  if (tgt.endtime * MS_PER_SECOND <= kdcNow(clock)) {
    throw new Krb5Error(
      KrbErrorCode.KRB_AP_ERR_TKT_EXPIRED,
      `the ticket of ${formatPrincipal(client)} in ${path} expired at ${timeText(tgt.endtime)}: run kinit, or give keytab`,
    );
  }
  return tgt;
}
