/** Chooses the client, and its cache in the collection, by the server (krb5_cc_select). */
import { ccacheCollection } from '../ccache/ccache-name.js';
import { fallbackRealm, REFERRAL_REALM } from '../config/host-realm.js';
import { namedIdentity } from '../config/k5identity.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { Krb5Error } from '../errors.js';
import { formatPrincipal, NameType, type Principal, principalsEqual } from '../principal.js';
import { type CcacheMemory, ccacheSource } from './ccache-source.js';
import type { TicketSource } from './ticket-source.js';

/** The client for a server. */
export interface SelectedIdentity {
  readonly client: Principal;
  /** The client's cache; undefined if the collection has none. */
  readonly cache: { readonly name: string; readonly source: TicketSource } | undefined;
  /** Why this client was chosen, to append to a message. */
  readonly why: string;
}

/** One cache of the collection that can be read. */
interface Member {
  readonly name: string;
  readonly source: TicketSource;
}

/**
 * Chooses by ~/.k5identity; else the cache whose client is in the server's realm; else the one whose
 * client's realm is the longest end of the server's host name. `defaultName` is the default cache's
 * name. Undefined if none of them chooses: the default cache then serves. Throws Krb5Error if the
 * collection cannot be read.
 */
export async function selectIdentity(
  server: Principal,
  defaultName: string,
  config: Krb5Config,
  memory: CcacheMemory,
): Promise<SelectedIdentity | undefined> {
  const located = inSomeRealm(server, config);
  const named = await namedIdentity(located, config.defaultRealm);
  const names = await ccacheCollection(defaultName);
  if (named === undefined && names.length < 2) {
    return undefined;
  }
  const members = await readable(names, config, memory);
  if (named !== undefined) {
    const { client, path } = named;
    const cache = members.find(({ source }) => principalsEqual(source.client, client));
    return { client, cache, why: `${path} names it for ${formatPrincipal(located)}` };
  }
  const cache = ofRealm(members, located) ?? ofHost(members, located);
  return (
    cache && {
      client: cache.source.client,
      cache,
      why: `the collection's cache for ${formatPrincipal(located)}`,
    }
  );
}

/** Gives a server whose realm the KDCs have to find the realm that is guessed for its host. */
function inSomeRealm(server: Principal, config: Krb5Config): Principal {
  const [, host] = server.components;
  return server.realm === REFERRAL_REALM && isHostBased(server) && host !== undefined
    ? { ...server, realm: fallbackRealm(config, host) ?? REFERRAL_REALM }
    : server;
}

function isHostBased({ nameType, components }: Principal): boolean {
  return nameType === NameType.KRB5_NT_SRV_HST && components.length >= 2;
}

/** Reads the caches that can be read, in the collection's order. */
async function readable(
  names: readonly string[],
  config: Krb5Config,
  memory: CcacheMemory,
): Promise<Member[]> {
  const members: Member[] = [];
  for (const name of names) {
    try {
      members.push({ name, source: await ccacheSource(name, config, memory) });
    } catch (error) {
      // As with libkrb5, a cache that cannot be read is no choice.
      if (!(error instanceof Krb5Error)) {
        throw error;
      }
    }
  }
  return members;
}

function ofRealm(members: readonly Member[], { realm }: Principal): Member | undefined {
  return realm === REFERRAL_REALM
    ? undefined
    : members.find(({ source }) => source.client.realm === realm);
}

function ofHost(members: readonly Member[], server: Principal): Member | undefined {
  if (!isHostBased(server)) {
    return undefined;
  }
  let domain: string | undefined = server.components[1]?.toUpperCase();
  while (domain !== undefined) {
    const found = members.find(({ source }) => source.client.realm === domain);
    if (found !== undefined) {
      return found;
    }
    const dot: number = domain.indexOf('.');
    domain = dot === -1 ? undefined : domain.slice(dot + 1);
  }
  return undefined;
}
