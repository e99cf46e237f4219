/** Tickets that a client gets with its own key, renewed in time. */
import { fastCcache, type Krb5Config } from '../config/krb5-config.js';
import { abandonmentOf } from '../kdc/abandoned.js';
import { type KnownRealms, kdcsKey } from '../kdc/known-realms.js';
import { formatPrincipal, type Principal } from '../principal.js';
import type { RecentlyUsed } from '../recently-used.js';
import type { Clock } from '../time/clock.js';
import { timeText } from '../time/time-text.js';
import { trace } from '../trace/trace.js';
import { etypeWords, ticketWords } from '../trace/words.js';
import { orNoArmor } from './armor-ticket.js';
import { initialTicketAtPrimary } from './at-primary.js';
import { type CcacheMemory, ccacheSource } from './ccache-source.js';
import { clientKeys, type OwnKeyCredentials } from './client-keys.js';
import { parseClientPrincipal } from './client-principal.js';
import type { ArmorCredentials } from './credentials.js';
import type { HeldTicket } from './held-ticket.js';
import { dropObtained, noTickets } from './kept-tickets.js';
import { isFresh, renewed } from './renewal.js';
import { type SharedExchanges, shareExchange } from './shared-exchange.js';
import type { ObtainedTickets, TicketSource } from './ticket-source.js';

/**
 * A refused ticket-granting ticket is replaced once in this many milliseconds: if the new one does
 * not help, a third one does not either.
 */
const REPLACE_EVERY_MS = 30_000;

/** Names the ticket-granting ticket among its client's failed renewals. */
const TGT_KEY = 'tgt';

/** A client, and the tickets that it has. */
export interface KnownClient {
  readonly principal: Principal;
  readonly clock: Clock;
  readonly exchanges: SharedExchanges<HeldTicket>;
  readonly obtained: ObtainedTickets;
  tgt: HeldTicket | undefined;
  /**
   * `performance.now()` when a ticket-granting ticket that a KDC refused was replaced; -Infinity
   * for never.
   */
  replacedAt: number;
}

/** What is remembered of clients with a key of their own. */
export interface ClientMemory {
  /** The clients, by their credentials. */
  readonly clients: RecentlyUsed<KnownClient>;
  /** Tells passwords apart by a digest that means nothing outside this memory. */
  readonly digestPassword: (password: string) => string;
  readonly realms: KnownRealms;
}

/** Returns the source of a client that has its own key. Throws Krb5Error if it has no realm. */
export function ownKeySource(
  credentials: OwnKeyCredentials,
  config: Krb5Config,
  memory: CcacheMemory & ClientMemory,
): TicketSource {
  const client = knownClient(credentials, config, memory);
  const { clock, obtained, principal } = client;
  const getTgt = (current: Krb5Config, signal: AbortSignal | undefined) =>
    shareExchange(
      client.exchanges,
      // Nobody joins an exchange with KDCs that krb5.conf no longer names.
      kdcsKey(principal.realm, current),
      (shared) => requestTgt(client, credentials, current, memory, shared),
      signal,
    );
  return {
    client: principal,
    clock,
    stored: [],
    obtained,
    realms: memory.realms,
    tgt: async (current, signal) => {
      const held = client.tgt;
      if (held !== undefined && isFresh(held, clock)) {
        return held;
      }
      const { failedRenewals: failed } = obtained;
      return renewed({ failed, key: TGT_KEY, held, clock, signal }, (patient) =>
        getTgt(current, patient),
      );
    },
    replaceTgt: async (refused, current, signal) => {
      if (client.tgt !== refused) {
        return client.tgt;
      }
      if (performance.now() - client.replacedAt < REPLACE_EVERY_MS) {
        return undefined;
      }
      // An exchange that nobody waits for must not wait for another one: that would keep the process
      // alive.
      const tgt = await getTgt(current, signal && abandonmentOf(signal));
      client.replacedAt = performance.now();
      return tgt;
    },
  };
}

/** Asks the KDCs for a ticket-granting ticket, and keeps it. */
async function requestTgt(
  client: KnownClient,
  credentials: OwnKeyCredentials,
  config: Krb5Config,
  memory: CcacheMemory & ClientMemory,
  signal: AbortSignal,
): Promise<HeldTicket> {
  const { clock, obtained, principal } = client;
  const { realms } = memory;
  const armorSource = await armorOf(credentials, principal.realm, config, memory);
  trace(
    () =>
      `Getting initial credentials for ${formatPrincipal(principal)} with its ${credentials.type}`,
  );
  const keys = await clientKeys(credentials, principal, config);
  if (credentials.type === 'keytab') {
    const { keytab } = credentials;
    trace(
      () =>
        `Found entries for ${formatPrincipal(principal)} in keytab ${keytab}: ${etypeWords(keys.etypes)}`,
    );
  }
  const { offsetMs } = clock;
  const request = { client: principal, keys, config, clock, realms, armorSource, signal };
  const tgt = await initialTicketAtPrimary(request);
  if (clock.offsetMs !== offsetMs) {
    dropObtained(obtained);
  }
  client.tgt = tgt;
  trace(() => `Received initial credentials ${ticketWords(tgt)}, until ${timeText(tgt.endtime)}`);
  return tgt;
}

/** Returns the source of the armor ticket; undefined if the client has no armor. Throws Krb5Error. */
async function armorOf(
  { armor }: OwnKeyCredentials,
  realm: string,
  config: Krb5Config,
  memory: CcacheMemory & ClientMemory,
): Promise<TicketSource | undefined> {
  const ccache = fastCcache(config, realm);
  const credentials: ArmorCredentials | undefined =
    armor ?? (ccache === undefined ? undefined : { type: 'ccache', ccache });
  if (credentials === undefined) {
    return undefined;
  }
  return credentials.type === 'ccache'
    ? orNoArmor(ccacheSource(credentials.ccache, config, memory))
    : ownKeySource(credentials, config, memory);
}

/** Returns the client of the credentials, with its tickets from earlier calls. */
function knownClient(
  credentials: OwnKeyCredentials,
  config: Krb5Config,
  memory: ClientMemory,
): KnownClient {
  const principal = parseClientPrincipal(credentials.clientPrincipal, config);
  const key = clientKey(credentials, principal, config, memory);
  const known = memory.clients.get(key);
  if (known !== undefined) {
    return known;
  }
  const client: KnownClient = {
    principal,
    clock: { offsetMs: 0 },
    exchanges: new Map(),
    obtained: noTickets(),
    tgt: undefined,
    replacedAt: -Infinity,
  };
  memory.clients.set(key, client);
  return client;
}

function clientKey(
  credentials: OwnKeyCredentials,
  client: Principal,
  config: Krb5Config,
  { digestPassword }: ClientMemory,
): string {
  const secret =
    credentials.type === 'keytab' ? credentials.keytab : digestPassword(credentials.password);
  // Realms of the same name in two configurations are two realms.
  const files = config.profile.files.map(({ path }) => path);
  const { armor = null } = credentials;
  return JSON.stringify([credentials.type, secret, formatPrincipal(client), armor, files]);
}
