/** Chooses a cache of a collection by the server, as krb5_cc_select does. */
import { ccacheCollection, locateCcache } from '../ccache/ccache-name.js';
import type { CcacheLocation } from '../ccache/ccache-type.js';
import { identityFor } from '../ccache/k5identity.js';
import { defaultCcacheName } from '../config/default-ccache-name.js';
import type { Environment } from '../config/expand-path.js';
import { fallbackRealm, REFERRAL_REALM } from '../config/host-realm.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { Krb5Error } from '../errors.js';
import { NameType, type Principal, principalsEqual } from '../principal.js';
import { asciiUpperCase } from '../text/ascii-case.js';

/** The client for a server, and its cache. */
export interface ChosenClient {
  readonly client: Principal;
  /** The name of the client's cache; undefined if no cache of the collection is the client's. */
  readonly ccache: string | undefined;
  /** What decided, for messages: it completes "chosen by ...". */
  readonly by: string;
}

/** The client that was chosen for a server, and the name of its cache. */
export type CcacheChoice = ChosenClient & { readonly ccache: string };

/** A cache, and whose it is; `error` says why that cannot be told. */
type Member =
  | { readonly name: string; readonly client: Principal }
  | { readonly name: string; readonly error: Krb5Error };

/**
 * Returns the client for `server`, which is the name that the caller gave, in the referral realm if
 * [domain_realm] has no realm for it. ~/.k5identity decides first, then the server's realm, then its
 * host's domain, each among the caches of the default collection (MIT Kerberos, "krb5_cc_select").
 * Returns undefined if they decide nothing: the default cache is then the one to use. Nothing is
 * remembered: a file or a cache that changes counts the next time.
 *
 * Throws Krb5Error as `identityFor` and `ccacheCollection` do, and as `CcacheLocation.client` does if
 * a cache cannot be read after one that fits the host's domain, and the signal's reason.
 */
export async function selectCcache(
  server: Principal,
  config: Krb5Config,
  env: Environment = process.env,
  signal?: AbortSignal,
): Promise<ChosenClient | undefined> {
  const wanted = withRealm(server, config);
  const name = defaultCcacheName(config, env);
  const collection = ccacheCollection(name, config);
  const reading = membersOf(collection?.(signal) ?? only(locateCcache(name, config)), signal);
  const members = remembered(reading);
  try {
    const identity = await identityFor(wanted, config.defaultRealm, env);
    if (identity !== undefined) {
      const { client, path, line } = identity;
      const found = await firstThat(members(), (each) => principalsEqual(each, client));
      return { client, ccache: found?.name, by: `line ${line} of ${path}` };
    }
    // One cache is the default cache, whatever its realm.
    return collection === undefined
      ? undefined
      : ((await byRealm(wanted, members())) ?? (await byDomain(wanted, members())));
  } finally {
    await reading.return(undefined);
  }
}

/** Gives a host without a realm the one that its name suggests. */
function withRealm(server: Principal, config: Krb5Config): Principal {
  const [, host, ...more] = server.components;
  if (
    server.realm !== REFERRAL_REALM ||
    server.nameType !== NameType.KRB5_NT_SRV_HST ||
    host === undefined ||
    more.length > 0
  ) {
    return server;
  }
  return { ...server, realm: fallbackRealm(config, host) ?? server.realm };
}

async function* only(location: CcacheLocation): AsyncGenerator<CcacheLocation> {
  yield location;
}

async function* membersOf(
  locations: AsyncIterable<CcacheLocation>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Member> {
  for await (const location of locations) {
    const { name } = location;
    try {
      yield { name, client: await location.client(signal) };
    } catch (error) {
      if (!(error instanceof Krb5Error)) {
        throw error;
      }
      yield { name, error };
    }
  }
}

/** Returns a function that gives the items from the first on each time, and reads each item once. */
function remembered<T>(items: AsyncGenerator<T>): () => AsyncGenerator<T> {
  const known: T[] = [];
  return async function* () {
    yield* known;
    for (;;) {
      const { done, value } = await items.next();
      if (done === true) {
        return;
      }
      known.push(value);
      yield value;
    }
  };
}

/** Returns the first cache whose client `fits`; caches that cannot be read are passed over. */
async function firstThat(
  members: AsyncIterable<Member>,
  fits: (client: Principal) => boolean,
): Promise<{ readonly name: string; readonly client: Principal } | undefined> {
  for await (const member of members) {
    if ('client' in member && fits(member.client)) {
      return member;
    }
  }
  return undefined;
}

async function byRealm(
  { realm }: Principal,
  members: AsyncIterable<Member>,
): Promise<ChosenClient | undefined> {
  if (realm === REFERRAL_REALM) {
    return undefined;
  }
  const found = await firstThat(members, (client) => client.realm === realm);
  return found && { client: found.client, ccache: found.name, by: `the server's realm ${realm}` };
}

/** Chooses the client whose realm is the longest end of the host's name in upper case. */
async function byDomain(
  { nameType, components: [, host] }: Principal,
  members: AsyncIterable<Member>,
): Promise<ChosenClient | undefined> {
  if (nameType !== NameType.KRB5_NT_SRV_HST || host === undefined) {
    return undefined;
  }
  const upper = asciiUpperCase(host);
  let best: { readonly name: string; readonly client: Principal } | undefined;
  for await (const member of members) {
    if ('error' in member) {
      if (best !== undefined) {
        throw member.error;
      }
      break;
    }
    const { realm } = member.client;
    const isDomain = upper === realm || upper.endsWith(`.${realm}`);
    if (isDomain && (best === undefined || realm.length > best.client.realm.length)) {
      best = member;
    }
  }
  return best && { client: best.client, ccache: best.name, by: `the domain of ${host}` };
}
