/** Chooses the source of a client's tickets: cache, client keytab, keytab or password. */
import { locateCcache } from '../ccache/ccache-name.js';
import { configuredCcacheName, defaultCcacheName } from '../config/default-ccache-name.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { Keytab } from '../keytab/keytab.js';
import { formatPrincipal, type Principal, principalsEqual, tgsPrincipal } from '../principal.js';
import type { RecentlyUsed } from '../recently-used.js';
import { kdcNow } from '../time/clock.js';
import { trace } from '../trace/trace.js';
import { noCacheOf } from './ccache-choice.js';
import { type CcacheMemory, ccacheSource } from './ccache-source.js';
import {
  type ClientKeytab,
  type ClientKeytabMemory,
  clientKeytab,
  firstPrincipal,
  holdsKeyOf,
} from './client-keytab.js';
import type { Credentials } from './credentials.js';
import { type ClientMemory, ownKeySource } from './own-key-source.js';
import { type ChosenClient, selectCcache } from './select-ccache.js';
import type { TicketSource } from './ticket-source.js';

/**
 * The client keytab replaces a cache's tickets when they have this many seconds left, as in libkrb5.
 */
const LAST_SECONDS = 30;
const MS_PER_SECOND = 1000;

/**
 * Errors for a cache that nobody can look into from here. A container has its image's krb5.conf, which
 * may name such a cache, and is given a client keytab: the keytab then serves. A cache that the user
 * named is never passed over.
 */
const OUT_OF_REACH: ReadonlySet<number> = new Set([
  LocalErrorCode.KRB5_CC_UNKNOWN_TYPE,
  LocalErrorCode.KRB5_KCM_NO_SERVER,
]);

/** What is remembered of all sources. */
export interface SourceMemory extends CcacheMemory, ClientMemory, ClientKeytabMemory {
  /** The errors for caches that did not exist, by name. */
  readonly missingCaches: RecentlyUsed<Krb5Error>;
}

/** Where a client's tickets come from if it has no key of its own. */
export type Choice =
  | { readonly type: 'ccache'; readonly source: TicketSource }
  | {
      readonly type: 'client keytab';
      /** The keytab's name, and what named it. */
      readonly keytab: string;
      readonly from: ClientKeytab['from'];
      readonly client: Principal;
      /** Why no cache serves: there is none, or its tickets have expired. */
      readonly because: 'no cache' | 'expired';
    };

/**
 * Returns the source of tickets for `credentials`. Without credentials, `server` chooses the cache in
 * the default collection. Throws as `chooseCache` does, and the signal's reason.
 */
export async function ticketSource(
  credentials: Credentials | undefined,
  config: Krb5Config,
  memory: SourceMemory,
  server?: Principal,
  signal?: AbortSignal,
): Promise<TicketSource> {
  if (credentials !== undefined && credentials.type !== 'ccache') {
    return ownKeySource(credentials, config, memory);
  }
  const choice = await chooseCache(credentials?.ccache, config, memory, server, signal);
  if (choice.type === 'ccache') {
    return choice.source;
  }
  trace(
    () =>
      `Using the client keytab ${choice.keytab} for ${formatPrincipal(choice.client)}: ${choice.because}`,
  );
  const clientPrincipal = formatPrincipal(choice.client);
  return ownKeySource({ type: 'keytab', keytab: choice.keytab, clientPrincipal }, config, memory);
}

/**
 * Chooses the cache called `name`; without a name, the cache for `server` in the default collection
 * (`selectCcache`), else the default cache. If the cache does not exist, or its tickets
 * have expired, it chooses the client keytab (`clientKeytab`): for the cache's principal, else for
 * the principal of the keytab's first key, as libgssapi does. Throws Krb5Error if neither serves.
 */
export async function chooseCache(
  name: string | undefined,
  config: Krb5Config,
  memory: SourceMemory,
  server?: Principal,
  signal?: AbortSignal,
): Promise<Choice> {
  const defaultName = defaultCcacheName(config);
  const chosen =
    name === undefined && server !== undefined ? await chosenBy(server, config, signal) : undefined;
  if (chosen !== undefined) {
    return chooseSelected(chosen, defaultName, config, memory, signal);
  }
  const cache = await existingCache(name ?? defaultName, config, memory, signal);
  if (cache instanceof Krb5Error) {
    return withoutCache(cache, config, memory);
  }
  return isGood(cache) ? { type: 'ccache', source: cache } : withOldCache(cache, config, memory);
}

/** Returns the client for `server`; undefined if nothing chooses, or nobody can look into the caches. */
async function chosenBy(
  server: Principal,
  config: Krb5Config,
  signal: AbortSignal | undefined,
): Promise<ChosenClient | undefined> {
  try {
    const chosen = await selectCcache(server, config, process.env, signal);
    trace(() => choiceWords(server, chosen));
    return chosen;
  } catch (error) {
    if (error instanceof Krb5Error && OUT_OF_REACH.has(error.code)) {
      return undefined;
    }
    throw error;
  }
}

function choiceWords(server: Principal, chosen: ChosenClient | undefined): string {
  const name = formatPrincipal(server);
  if (chosen === undefined) {
    return `ccselect does not choose a cache for server principal ${name}: the default cache serves`;
  }
  const { ccache = 'no cache', client, by } = chosen;
  return `ccselect chose ${ccache} with client principal ${formatPrincipal(client)} for server principal ${name}, by ${by}`;
}

/** Chooses the chosen client's cache, else the client keytab if it has the client's key. */
async function chooseSelected(
  chosen: ChosenClient,
  defaultName: string,
  config: Krb5Config,
  memory: SourceMemory,
  signal: AbortSignal | undefined,
): Promise<Choice> {
  const { client, ccache } = chosen;
  if (ccache !== undefined) {
    const source = {
      ...(await ccacheSource(ccache, config, memory, signal)),
      choice: { ...chosen, ccache },
    };
    return isGood(source) ? { type: 'ccache', source } : withOldCache(source, config, memory);
  }
  const { found, from, problem } = await clientKeytab(config, memory);
  if (found !== undefined && holdsKeyOf(found.keytab, client)) {
    return { type: 'client keytab', keytab: found.name, from, client, because: 'no cache' };
  }
  const error = noCacheOf(chosen, defaultName);
  const why = found === undefined ? problem : noKeyText(found.keytab, client);
  throw why === undefined ? error : explained(error, why);
}

/** Returns the cache's source, or the error that says that there is no cache. */
async function existingCache(
  name: string,
  config: Krb5Config,
  memory: SourceMemory,
  signal: AbortSignal | undefined,
): Promise<TicketSource | Krb5Error> {
  const missing = memory.missingCaches.get(name);
  // A reader waits for a cache that does not exist: somebody may be writing it. Once is enough.
  if (missing !== undefined && (await locateCcache(name, config).signature(signal)) === '') {
    const keytab = await clientKeytab(config, memory);
    if (keytab.found !== undefined) {
      return missing;
    }
  }
  try {
    return await ccacheSource(name, config, memory, signal);
  } catch (error) {
    if (!(error instanceof Krb5Error)) {
      throw error;
    }
    if (error.code === LocalErrorCode.KRB5_FCC_NOFILE) {
      memory.missingCaches.set(name, error);
      return error;
    }
    if (OUT_OF_REACH.has(error.code) && name === configuredCcacheName(config)) {
      const keytab = await clientKeytab(config, memory);
      if (keytab.found !== undefined && keytab.from !== 'default') {
        return error;
      }
    }
    throw error;
  }
}

/** Chooses the client keytab. Throws `missing`, and what is wrong with the keytab. */
async function withoutCache(
  missing: Krb5Error,
  config: Krb5Config,
  memory: SourceMemory,
): Promise<Choice> {
  const { found, from, problem } = await clientKeytab(config, memory);
  const client = found && firstPrincipal(found.keytab);
  if (found === undefined || client === undefined) {
    throw problem === undefined ? missing : explained(missing, problem);
  }
  return { type: 'client keytab', keytab: found.name, from, client, because: 'no cache' };
}

/** Chooses the client keytab for the cache's principal, else the cache. */
async function withOldCache(
  cache: TicketSource,
  config: Krb5Config,
  memory: SourceMemory,
): Promise<Choice> {
  const { client } = cache;
  const { found, from, problem } = await clientKeytab(config, memory);
  if (found !== undefined && holdsKeyOf(found.keytab, client)) {
    return { type: 'client keytab', keytab: found.name, from, client, because: 'expired' };
  }
  const why = found === undefined ? problem : noKeyText(found.keytab, client);
  const source = why === undefined ? cache : withExplanation(cache, why);
  return { type: 'ccache', source };
}

/**
 * Tells whether a cache serves as it is. As in libkrb5, the end of its ticket-granting ticket counts,
 * or of its first ticket if it has none.
 */
function isGood({ client, stored, clock }: TicketSource): boolean {
  const tgs = tgsPrincipal(client.realm);
  const tgts = stored.filter(({ server }) => principalsEqual(server, tgs));
  const [first] = stored;
  const end = Math.max(...(tgts.length > 0 ? tgts : [first]).map((each) => each?.endtime ?? 0));
  return kdcNow(clock) / MS_PER_SECOND + LAST_SECONDS < end;
}

function noKeyText({ path }: Keytab, client: Principal): string {
  return `the client keytab ${path} has no key of ${formatPrincipal(client)}`;
}

function explained(error: Krb5Error, why: string): Krb5Error {
  return new Krb5Error(error.code, `${error.message}; ${why}`, { cause: error });
}

/** Makes the cache's errors say why the client keytab does not serve. */
function withExplanation(cache: TicketSource, why: string): TicketSource {
  return {
    ...cache,
    tgt: async (config, signal) => {
      try {
        return await cache.tgt(config, signal);
      } catch (error) {
        throw error instanceof Krb5Error ? explained(error, why) : error;
      }
    },
  };
}
