/** The memory of each realm's KDCs. */
import {
  httpAnchors,
  type Krb5Config,
  realmKdcs,
  realmPrimaryKdcs,
} from '../config/krb5-config.js';
import type { RecentlyUsed } from '../recently-used.js';
import { newTurns, type Turns } from './in-turn.js';
import type { LastAnswer } from './last-answer.js';

/** One realm's requests under way, and the KDC that answered last. */
export interface KnownRealm {
  readonly turns: Turns;
  readonly last: LastAnswer;
}

/** Known realms, by `kdcsKey`. */
export type KnownRealms = RecentlyUsed<KnownRealm>;

/**
 * Returns a key for a realm and its KDCs: a realm of the same name has another key if a
 * configuration gives it other KDCs.
 */
export function kdcsKey(realm: string, config: Krb5Config): string {
  return JSON.stringify([
    realm,
    realmKdcs(config, realm),
    realmPrimaryKdcs(config, realm),
    httpAnchors(config, realm),
    config.dnsLookupKdc,
    config.dnsUriLookup,
  ]);
}

/** Returns the memory of `realm` with the KDCs that this configuration gives it. */
export function knownRealm(realms: KnownRealms, realm: string, config: Krb5Config): KnownRealm {
  const key = kdcsKey(realm, config);
  const known = realms.get(key);
  if (known !== undefined) {
    return known;
  }
  const unknown = { turns: newTurns(), last: { current: undefined } };
  realms.set(key, unknown);
  return unknown;
}
