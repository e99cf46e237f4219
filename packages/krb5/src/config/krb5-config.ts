/** What a client needs of krb5.conf, typed, with MIT Kerberos's defaults. */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { Environment } from './expand-path.js';
import {
  badValue,
  getBoolean,
  getDuration,
  getInteger,
  getRelations,
  getString,
  getStrings,
  type Profile,
  parseBoolean,
} from './profile.js';
import { readProfile } from './read-profile.js';

const DEFAULT_UDP_PREFERENCE_LIMIT = 1465;
/** A longer message does not fit a datagram, whatever the configuration says. */
const MAX_UDP_PREFERENCE_LIMIT = 32_700;
const DEFAULT_CLOCKSKEW_S = 300;
const DEFAULT_TICKET_LIFETIME_S = 24 * 60 * 60;

/** [libdefaults], with the default where the files have no such relation. */
export interface Krb5Config {
  readonly profile: Profile;
  /** default_realm. `requireDefaultRealm` where there must be one. */
  readonly defaultRealm: string | undefined;
  /** dns_lookup_kdc: whether SRV records name a realm's KDCs where [realms] does not. True. */
  readonly dnsLookupKdc: boolean;
  /** dns_canonicalize_hostname; `fallback`: only once the name as given is not known. True. */
  readonly dnsCanonicalizeHostname: boolean | 'fallback';
  /** rdns: whether an address's own name is asked for too. True. */
  readonly rdns: boolean;
  /**
   * qualify_shortname: the domain for a name without a dot that DNS has not completed. Empty for none;
   * undefined for the system's first search domain.
   */
  readonly qualifyShortname: string | undefined;
  /** udp_preference_limit: messages of more bytes go by TCP first. 1465. */
  readonly udpPreferenceLimit: number;
  /** request_timeout: seconds for a whole exchange with a realm's KDCs. Undefined for no such limit. */
  readonly requestTimeout: number | undefined;
  /** kdc_timesync: whether the difference between the KDC's clock and ours is made up for. True. */
  readonly kdcTimesync: boolean;
  /** clockskew: seconds that clocks may differ. 300. */
  readonly clockskew: number;
  /** permitted_enctypes as written, for `parseEtypeList`; undefined for the default list. */
  readonly permittedEnctypes: string | undefined;
  /** default_tkt_enctypes, for AS requests; else permitted_enctypes. */
  readonly defaultTktEnctypes: string | undefined;
  /** default_tgs_enctypes, for TGS requests; else permitted_enctypes. */
  readonly defaultTgsEnctypes: string | undefined;
}

/** How initial tickets are asked for in one realm. */
export interface InitialTicketOptions {
  /** ticket_lifetime, in seconds. A day. */
  readonly ticketLifetime: number;
  /** False. */
  readonly forwardable: boolean;
}

function dnsLookupKdc(profile: Profile): boolean {
  return (
    getBoolean(profile, ['libdefaults', 'dns_lookup_kdc']) ??
    getBoolean(profile, ['libdefaults', 'dns_fallback']) ??
    true
  );
}

function canonicalizeHostname(profile: Profile): boolean | 'fallback' {
  const relation = getRelations(profile, ['libdefaults', 'dns_canonicalize_hostname'])[0];
  if (relation === undefined) {
    return true;
  }
  if (relation.value.toLowerCase() === 'fallback') {
    return 'fallback';
  }
  const value = parseBoolean(relation.value);
  if (value === undefined) {
    throw badValue(relation, 'true, false or fallback');
  }
  return value;
}

function kdcTimesync(profile: Profile): boolean {
  const relation = getRelations(profile, ['libdefaults', 'kdc_timesync'])[0];
  const value = relation && parseBoolean(relation.value);
  return value ?? getInteger(profile, ['libdefaults', 'kdc_timesync']) !== 0;
}

function udpPreferenceLimit(profile: Profile): number {
  const limit = getInteger(profile, ['libdefaults', 'udp_preference_limit']);
  return limit === undefined || limit < 0
    ? DEFAULT_UDP_PREFERENCE_LIMIT
    : Math.min(limit, MAX_UDP_PREFERENCE_LIMIT);
}

/** Reads [libdefaults]. Throws Krb5ConfigError, with file and line, for a value that makes no sense. */
export function krb5Config(profile: Profile): Krb5Config {
  const permittedEnctypes = getString(profile, ['libdefaults', 'permitted_enctypes']);
  return {
    profile,
    defaultRealm: getString(profile, ['libdefaults', 'default_realm']),
    dnsLookupKdc: dnsLookupKdc(profile),
    dnsCanonicalizeHostname: canonicalizeHostname(profile),
    rdns: getBoolean(profile, ['libdefaults', 'rdns']) ?? true,
    qualifyShortname: getString(profile, ['libdefaults', 'qualify_shortname']),
    udpPreferenceLimit: udpPreferenceLimit(profile),
    requestTimeout: getDuration(profile, ['libdefaults', 'request_timeout']) || undefined,
    kdcTimesync: kdcTimesync(profile),
    clockskew: getDuration(profile, ['libdefaults', 'clockskew']) ?? DEFAULT_CLOCKSKEW_S,
    permittedEnctypes,
    defaultTktEnctypes:
      getString(profile, ['libdefaults', 'default_tkt_enctypes']) ?? permittedEnctypes,
    defaultTgsEnctypes:
      getString(profile, ['libdefaults', 'default_tgs_enctypes']) ?? permittedEnctypes,
  };
}

/** Reads the files that `env` names (see `readProfile`), and what [libdefaults] says. */
export async function readKrb5Config(env: Environment = process.env): Promise<Krb5Config> {
  return krb5Config(await readProfile(env));
}

/** The default realm. Throws Krb5Error KRB5_CONFIG_NODEFREALM, naming the files, where there is none. */
export function requireDefaultRealm({ defaultRealm, profile }: Krb5Config): string {
  if (defaultRealm === undefined) {
    const files = profile.files.map(({ path }) => path);
    const where =
      files.length > 0
        ? `in ${files.join(', ')}`
        : `(${profile.missing.join(', ') || 'KRB5_CONFIG'} does not exist)`;
    throw new Krb5Error(
      LocalErrorCode.KRB5_CONFIG_NODEFREALM,
      `no default realm: name the realm after an @, or set default_realm under [libdefaults] ${where}`,
    );
  }
  return defaultRealm;
}

/** The options of initial tickets in `realm`: [libdefaults] <realm> = { ... }, else [libdefaults]. */
export function initialTicketOptions({ profile }: Krb5Config, realm: string): InitialTicketOptions {
  return {
    ticketLifetime:
      getDuration(profile, ['libdefaults', realm, 'ticket_lifetime']) ??
      getDuration(profile, ['libdefaults', 'ticket_lifetime']) ??
      DEFAULT_TICKET_LIFETIME_S,
    forwardable:
      getBoolean(profile, ['libdefaults', realm, 'forwardable']) ??
      getBoolean(profile, ['libdefaults', 'forwardable']) ??
      false,
  };
}

/**
 * disable_encrypted_timestamp of a realm in [realms]: whether no encrypted timestamp may be sent to
 * its KDCs, from which whoever answers in their place could guess a password. False.
 */
export function encryptedTimestampDisabled({ profile }: Krb5Config, realm: string): boolean {
  return getBoolean(profile, ['realms', realm, 'disable_encrypted_timestamp']) ?? false;
}

/** The `kdc` relations of a realm, in order and as written: `host`, `host:port`, `tcp/host`, an URL. */
export function realmKdcs({ profile }: Krb5Config, realm: string): string[] {
  return getStrings(profile, ['realms', realm, 'kdc']);
}

/**
 * The realms between `client` and `server` that [capaths] gives, in order; empty where it says, by `.`,
 * that the two know each other; undefined where it says nothing.
 */
export function capaths(
  { profile }: Krb5Config,
  client: string,
  server: string,
): string[] | undefined {
  const values = getStrings(profile, ['capaths', client, server]);
  if (values.length === 0) {
    return undefined;
  }
  if (values[0]?.startsWith('.')) {
    return [];
  }
  return values.map((value) => value.split(/[ \t]/, 1)[0] ?? value);
}
