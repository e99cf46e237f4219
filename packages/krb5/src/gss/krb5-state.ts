/** The state that contexts share: what was read, obtained and seen before. */
import { createHmac, randomBytes } from 'node:crypto';
import type { SourceMemory } from '../client/source-of-credentials.js';
import { type ConfigMemory, rememberedConfig } from '../config/current-config.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { tellPassedOver } from '../kdc/tell-passed-over.js';
import { recentlyUsed } from '../recently-used.js';
import { createReplayCache, type ReplayCache } from './replay-cache.js';

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
export interface Krb5State extends SourceMemory {
  readonly config: ConfigMemory;
  /** The requests that acceptors have seen. */
  readonly replayCache: ReplayCache;
}

/** Makes a state in which nothing is known. */
export function createKrb5State(): Krb5State {
  return {
    config: { last: undefined },
    ccaches: recentlyUsed(MAX_CACHES),
    ccacheReads: new Map(),
    missingCaches: recentlyUsed(MAX_CACHES),
    clientKeytabs: recentlyUsed(MAX_CACHES),
    clients: recentlyUsed(MAX_CLIENTS),
    digestPassword: passwordDigest(),
    realms: recentlyUsed(MAX_REALMS),
    replayCache: createReplayCache(),
  };
}

/** The state of all contexts that are given no other. */
export const processState: Krb5State = createKrb5State();

/**
 * Returns the configuration that KRB5_CONFIG names, read at most a second ago, and tells subscribers
 * what is passed over in it. Throws as `readKrb5Config` does.
 */
export async function currentConfig({ config }: Krb5State = processState): Promise<Krb5Config> {
  const read = await rememberedConfig(config);
  tellPassedOver(read);
  return read;
}

function passwordDigest(): (password: string) => string {
  // The key stays in this closure: with the key, a digest in a log would let a password be guessed.
  const key = randomBytes(32);
  return (password) => createHmac('sha256', key).update(password).digest('base64');
}
