/** The state that contexts share: what was read, obtained and seen before. */
import { createHmac, randomBytes } from 'node:crypto';
import type { KnownCache } from './client/ccache-source.js';
import type { KnownClient } from './client/own-key-source.js';
import type { TicketSource } from './client/ticket-source.js';
import type { ReadConfig } from './config/current-config.js';
import { createReplayCache, type ReplayCache } from './gss/replay-cache.js';
import type { KnownRealm } from './kdc/known-realms.js';
import { type RecentlyUsed, recentlyUsed } from './recently-used.js';

/** The most credential caches that are kept parsed. */
const MAX_CACHES = 64;
/** The most clients with a keytab or password whose tickets are kept. */
const MAX_CLIENTS = 256;
/** The most realms whose KDCs are remembered. */
const MAX_REALMS = 256;

/**
 * A program or a test may have a state of its own, which then shares nothing with other states. The
 * members are for this package; they may change with any release, except `replayCache`.
 */
export interface Krb5State {
  /** The configuration that was read last (config/current-config.ts). */
  readonly config: { last: ReadConfig | undefined };
  /** Parsed credential caches, by name (client/ccache-source.ts). */
  readonly ccaches: RecentlyUsed<KnownCache>;
  /** Reads of credential caches that are under way, by name. */
  readonly ccacheReads: Map<string, Promise<TicketSource>>;
  /** Clients with a key of their own, by credentials (client/own-key-source.ts). */
  readonly clients: RecentlyUsed<KnownClient>;
  /** Tells passwords apart by a digest that means nothing outside this state. */
  readonly digestPassword: (password: string) => string;
  /** Realms with their KDCs, by `kdcsKey` (kdc/known-realms.ts). */
  readonly realms: RecentlyUsed<KnownRealm>;
  /** The requests that acceptors have seen. */
  readonly replayCache: ReplayCache;
}

/** Makes a state in which nothing is known. */
export function createKrb5State(): Krb5State {
  return {
    config: { last: undefined },
    ccaches: recentlyUsed(MAX_CACHES),
    ccacheReads: new Map(),
    clients: recentlyUsed(MAX_CLIENTS),
    digestPassword: passwordDigest(),
    realms: recentlyUsed(MAX_REALMS),
    replayCache: createReplayCache(),
  };
}

/** The state of all contexts that are given no other. */
export const processState: Krb5State = createKrb5State();

function passwordDigest(): (password: string) => string {
  // The key stays in this closure: with the key, a digest in a log would let a password be guessed.
  const key = randomBytes(32);
  return (password) => createHmac('sha256', key).update(password).digest('base64');
}
