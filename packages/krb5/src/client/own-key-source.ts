/** Tickets that are got with a client's own key, from a keytab or a password, and renewed in time. */
import { createHmac, randomBytes } from 'node:crypto';
import { type Krb5Config, requireDefaultRealm } from '../config/krb5-config.js';
import { etypeName, isSupportedEtype, stringToKey } from '../crypto/index.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { abandonmentOf } from '../kdc/abandoned.js';
import { kdcsKey } from '../kdc/known-realms.js';
import { findKey, keytabEntries } from '../keytab/keytab.js';
import { readKeytab } from '../keytab/read-keytab.js';
import { formatPrincipal, type Principal, parsePrincipal } from '../principal.js';
import { recentlyUsed } from '../recently-used.js';
import type { Clock } from '../time/clock.js';
import type { Credentials } from './credentials.js';
import type { HeldTicket } from './held-ticket.js';
import { type ClientKeys, getInitialTicket } from './initial-ticket.js';
import { dropObtained, noTickets, type ObtainedTickets } from './kept-tickets.js';
import { asEtypes } from './offered-etypes.js';
import { isFresh, renewed } from './renewal.js';
import { type SharedExchanges, shareExchange } from './shared-exchange.js';
import type { TicketSource } from './ticket-source.js';

type OwnKeyCredentials = Extract<Credentials, { type: 'keytab' | 'password' }>;

/** Clients of one process whose tickets are kept. */
const MAX_CLIENTS = 256;

/**
 * Milliseconds in which a refused ticket-granting ticket is replaced once: where that is no help, a
 * third one is none.
 */
const REPLACE_EVERY_MS = 30_000;

/** What the exchange for a ticket-granting ticket is called, among those of its client. */
const TGT_KEY = 'tgt';

interface KnownClient {
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

const known = recentlyUsed<KnownClient>(MAX_CLIENTS);
/** Passwords are told apart by a digest that means nothing outside this process. */
const digestKey = randomBytes(32);

function stateKey(credentials: OwnKeyCredentials, client: Principal, config: Krb5Config): string {
  const secret =
    credentials.type === 'keytab'
      ? credentials.keytab
      : createHmac('sha256', digestKey).update(credentials.password).digest('base64');
  // Realms of the same name in two configurations are two.
  const files = config.profile.files.map(({ path }) => path);
  return JSON.stringify([credentials.type, secret, formatPrincipal(client), files]);
}

/** The salt without one from the KDC: realm and components, joined (RFC 4120, section 4). */
function defaultSalt({ realm, components }: Principal): string {
  return realm + components.join('');
}

async function clientKeys(
  credentials: OwnKeyCredentials,
  client: Principal,
  config: Krb5Config,
): Promise<ClientKeys> {
  const permitted = asEtypes(config);
  if (credentials.type === 'password') {
    const { password } = credentials;
    return {
      etypes: permitted,
      key: (etype, salt, s2kparams) =>
        stringToKey(etype, password, salt ?? defaultSalt(client), s2kparams),
    };
  }
  const keytab = await readKeytab(credentials.keytab);
  // Throws, with the names that there are, where there is no key of the client at all.
  findKey(keytab, { principal: client });
  const present = new Set(keytabEntries(keytab, client).map(({ key }) => key.etype));
  const etypes = permitted.filter((etype) => present.has(etype) && isSupportedEtype(etype));
  if (etypes.length === 0) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KT_NOTFOUND,
      `the keytab ${keytab.path} has no key of ${formatPrincipal(client)} of a permitted type: it has ${[...present].map(etypeName).join(', ')}, and ${permitted.map(etypeName).join(', ')} would do`,
    );
  }
  return {
    etypes,
    key: async (etype) => findKey(keytab, { principal: client, etype }).key,
  };
}

/** The source of a client that has its own key. Throws Krb5Error. */
export function ownKeySource(credentials: OwnKeyCredentials, config: Krb5Config): TicketSource {
  const { clientPrincipal } = credentials;
  const defaultRealm = clientPrincipal.includes('@')
    ? config.defaultRealm
    : requireDefaultRealm(config);
  const client = parsePrincipal(clientPrincipal, { defaultRealm });
  const key = stateKey(credentials, client, config);
  let state = known.get(key);
  if (state === undefined) {
    state = {
      clock: { offsetMs: 0 },
      exchanges: new Map(),
      obtained: noTickets(),
      tgt: undefined,
      replacedAt: -Infinity,
    };
    known.set(key, state);
  }
  const { clock, exchanges, obtained } = state;
  const holder = state;
  const getTgt = (current: Krb5Config, signal: AbortSignal | undefined) =>
    shareExchange(
      exchanges,
      // What was begun with KDCs that krb5.conf names no more is nobody's to join.
      kdcsKey(client.realm, current),
      async (shared) => {
        const keys = await clientKeys(credentials, client, current);
        const request = { client, keys, config: current, clock, signal: shared };
        const { offsetMs } = clock;
        const tgt = await getInitialTicket(request);
        if (clock.offsetMs !== offsetMs) {
          dropObtained(obtained);
        }
        holder.tgt = tgt;
        return tgt;
      },
      signal,
    );
  return {
    client,
    clock,
    stored: [],
    obtained,
    tgt: async (current, signal) => {
      const held = holder.tgt;
      if (held !== undefined && isFresh(held, clock)) {
        return held;
      }
      const { failedRenewals: failed } = obtained;
      return renewed({ failed, key: TGT_KEY, held, clock, signal }, (patient) =>
        getTgt(current, patient),
      );
    },
    replaceTgt: async (refused, current, signal) => {
      if (holder.tgt !== refused) {
        return holder.tgt;
      }
      if (performance.now() - holder.replacedAt < REPLACE_EVERY_MS) {
        return undefined;
      }
      // An exchange that nobody waits for does not wait for another one, which would keep the
      // process alive.
      const tgt = await getTgt(current, signal && abandonmentOf(signal));
      holder.replacedAt = performance.now();
      return tgt;
    },
  };
}
