/** Tickets that a client gets with its own key, renewed in time. */
import { type Krb5Config, requireDefaultRealm } from '../config/krb5-config.js';
import { abandonmentOf } from '../kdc/abandoned.js';
import { kdcsKey } from '../kdc/known-realms.js';
import type { Krb5State } from '../krb5-state.js';
import { formatPrincipal, type Principal, parsePrincipal } from '../principal.js';
import type { Clock } from '../time/clock.js';
import { clientKeys, type OwnKeyCredentials } from './client-keys.js';
import type { HeldTicket } from './held-ticket.js';
import { getInitialTicket } from './initial-ticket.js';
import { dropObtained, noTickets, type ObtainedTickets } from './kept-tickets.js';
import { isFresh, renewed } from './renewal.js';
import { type SharedExchanges, shareExchange } from './shared-exchange.js';
import type { TicketSource } from './ticket-source.js';

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

/** Returns the source of a client that has its own key. Throws Krb5Error if it has no realm. */
export function ownKeySource(
  credentials: OwnKeyCredentials,
  config: Krb5Config,
  state: Krb5State,
): TicketSource {
  const client = knownClient(credentials, config, state);
  const { clock, obtained, principal } = client;
  const getTgt = (current: Krb5Config, signal: AbortSignal | undefined) =>
    shareExchange(
      client.exchanges,
      // Nobody joins an exchange with KDCs that krb5.conf no longer names.
      kdcsKey(principal.realm, current),
      (shared) => requestTgt(client, credentials, current, state, shared),
      signal,
    );
  return {
    client: principal,
    clock,
    stored: [],
    obtained,
    realms: state.realms,
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
  { realms }: Krb5State,
  signal: AbortSignal,
): Promise<HeldTicket> {
  const { clock, obtained, principal } = client;
  const keys = await clientKeys(credentials, principal, config);
  const { offsetMs } = clock;
  const tgt = await getInitialTicket({ client: principal, keys, config, clock, realms, signal });
  if (clock.offsetMs !== offsetMs) {
    dropObtained(obtained);
  }
  client.tgt = tgt;
  return tgt;
}

/** Returns the client of the credentials, with its tickets from earlier calls. */
function knownClient(
  credentials: OwnKeyCredentials,
  config: Krb5Config,
  state: Krb5State,
): KnownClient {
  const { clientPrincipal } = credentials;
  const defaultRealm = clientPrincipal.includes('@')
    ? config.defaultRealm
    : requireDefaultRealm(config);
  const principal = parsePrincipal(clientPrincipal, { defaultRealm });
  const key = clientKey(credentials, principal, config, state);
  const known = state.clients.get(key);
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
  state.clients.set(key, client);
  return client;
}

function clientKey(
  credentials: OwnKeyCredentials,
  client: Principal,
  config: Krb5Config,
  { digestPassword }: Krb5State,
): string {
  const secret =
    credentials.type === 'keytab' ? credentials.keytab : digestPassword(credentials.password);
  // Realms of the same name in two configurations are two realms.
  const files = config.profile.files.map(({ path }) => path);
  return JSON.stringify([credentials.type, secret, formatPrincipal(client), files]);
}
