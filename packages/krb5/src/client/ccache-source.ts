/** Tickets from a credential cache, read again when its file has changed. */
import type { CcacheCredential } from '../ccache/ccache.js';
import { locateCcache } from '../ccache/ccache-name.js';
import type { ReadCcache } from '../ccache/ccache-type.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { formatPrincipal, principalsEqual, tgsPrincipal } from '../principal.js';
import { recentlyUsed } from '../recently-used.js';
import { kdcNow } from '../time/clock.js';
import { timeText } from '../time/time-text.js';
import type { HeldTicket } from './held-ticket.js';
import { noTickets } from './kept-tickets.js';
import type { TicketSource } from './ticket-source.js';

/** Caches of one process that are kept parsed. */
const MAX_CACHES = 64;

interface KnownCache {
  /** The cache's signature from before it was read. */
  readonly signature: string;
  readonly source: TicketSource;
}

const known = recentlyUsed<KnownCache>(MAX_CACHES);

function heldTicket(entry: CcacheCredential): HeldTicket {
  const { client, server, key, ticket, flags, authtime, starttime, endtime } = entry;
  return { client, server, key, ticket, flags, starttime: starttime || authtime, endtime };
}

/** Reads that are under way, so that all who ask meanwhile share one source and its tickets. */
const reads = new Map<string, Promise<TicketSource>>();

/** The source of the cache called `name`. Throws as `CcacheLocation.read` does. */
export function ccacheSource(name: string, config: Krb5Config): Promise<TicketSource> {
  let read = reads.get(name);
  if (read === undefined) {
    read = refresh(name, config).finally(() => reads.delete(name));
    reads.set(name, read);
  }
  return read;
}

async function refresh(name: string, config: Krb5Config): Promise<TicketSource> {
  const location = locateCcache(name);
  const before = known.get(name);
  // A change between this look and the reading has another signature next time.
  const signature = await location.signature();
  if (before !== undefined && signature !== '' && signature === before.signature) {
    return before.source;
  }
  const source = sourceOf(await location.read(), config, before?.source);
  known.set(name, { signature, source });
  return source;
}

function sourceOf(
  { path, ccache }: ReadCcache,
  config: Krb5Config,
  before: TicketSource | undefined,
): TicketSource {
  const client = ccache.defaultPrincipal;
  const stored = ccache.credentials
    .filter((entry) => !entry.isSkey && principalsEqual(entry.client, client))
    .map(heldTicket);
  const server = tgsPrincipal(client.realm);
  const tgt = newest(stored.filter((entry) => principalsEqual(entry.server, server)));
  const { seconds = 0, microseconds = 0 } = (config.kdcTimesync && ccache.timeOffset) || {};
  const clock = { offsetMs: seconds * 1000 + microseconds / 1000 };
  const oldTgt = newest(before?.stored.filter((entry) => principalsEqual(entry.server, server)));
  const same =
    tgt !== undefined && oldTgt !== undefined && Buffer.compare(tgt.ticket, oldTgt.ticket) === 0;
  return {
    client,
    clock: same ? (before?.clock ?? clock) : clock,
    stored,
    // Another login's tickets are not for this one; the same login's stay good.
    obtained: same ? (before?.obtained ?? noTickets()) : noTickets(),
    tgt: async () => {
      if (tgt === undefined) {
        throw new Krb5Error(
          LocalErrorCode.KRB5_CC_NOTFOUND,
          `the credential cache ${path} has no ticket-granting ticket of ${formatPrincipal(client)}: run kinit, or give keytab`,
        );
      }
      if (tgt.endtime * 1000 <= kdcNow(clock)) {
        throw new Krb5Error(
          KrbErrorCode.KRB_AP_ERR_TKT_EXPIRED,
          `the ticket of ${formatPrincipal(client)} in ${path} expired at ${timeText(tgt.endtime)}: run kinit, or give keytab`,
        );
      }
      return tgt;
    },
  };
}

function newest(credentials: readonly HeldTicket[] = []): HeldTicket | undefined {
  return credentials.reduce<HeldTicket | undefined>(
    (best, each) => (best === undefined || each.endtime > best.endtime ? each : best),
    undefined,
  );
}
