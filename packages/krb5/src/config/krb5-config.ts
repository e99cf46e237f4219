/** The settings of krb5.conf that a client uses, with MIT Kerberos's defaults. */
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
/** The highest limit that counts: a longer message does not fit a datagram. */
const MAX_UDP_PREFERENCE_LIMIT = 32_700;
/** clockskew if krb5.conf does not set it. */
export const DEFAULT_CLOCKSKEW_S = 300;
const DEFAULT_TICKET_LIFETIME_S = 24 * 60 * 60;

/** The settings of [libdefaults]; a default stands for a relation that the files do not have. */
export interface Krb5Config {
  readonly profile: Profile;
  /** default_realm; `requireDefaultRealm` throws if it is not set. */
  readonly defaultRealm: string | undefined;
  /**
   * dns_lookup_kdc: whether DNS names a realm's KDCs if [realms] does not. Default: true.
   */
  readonly dnsLookupKdc: boolean;
  /** dns_uri_lookup: whether URI records of DNS go before SRV records. Default: true. */
  readonly dnsUriLookup: boolean;
  /**
   * dns_canonicalize_hostname: whether the principal has the host's canonical name. `fallback`:
   * only if the KDC does not know the name as given. Default: true.
   */
  readonly dnsCanonicalizeHostname: boolean | 'fallback';
  /**
   * rdns: whether the canonical name is the one that the host's address leads to. Default: true.
   */
  readonly rdns: boolean;
  /**
   * qualify_shortname: the domain to append to a name without a dot that DNS has not completed.
   * Empty to append none; undefined to append the system's first search domain.
   */
  readonly qualifyShortname: string | undefined;
  /** udp_preference_limit: messages of more bytes are sent by TCP first. Default: 1465. */
  readonly udpPreferenceLimit: number;
  /**
   * request_timeout: the seconds that a whole exchange with a realm's KDCs may take; undefined if
   * not set.
   */
  readonly requestTimeout: number | undefined;
  /** kdc_timesync: whether the client corrects its clock by the KDC's. Default: true. */
  readonly kdcTimesync: boolean;
  /** clockskew: the number of seconds that clocks may differ. Default: 300. */
  readonly clockskew: number;
  /** permitted_enctypes as written, for `parseEtypeList`; undefined if not set. */
  readonly permittedEnctypes: string | undefined;
  /** default_tkt_enctypes, for AS requests; else permitted_enctypes. */
  readonly defaultTktEnctypes: string | undefined;
  /** default_tgs_enctypes, for TGS requests; else permitted_enctypes. */
  readonly defaultTgsEnctypes: string | undefined;
}

/** The settings for requests of initial tickets in one realm. */
export interface InitialTicketOptions {
  /** ticket_lifetime, in seconds. Default: a day. */
  readonly ticketLifetime: number;
  /** forwardable: whether the client asks for forwardable tickets. Default: false. */
  readonly forwardable: boolean;
  /**
   * canonicalize: whether the KDC may give the client another name or send it to another realm (RFC
   * 6806, sections 6 and 7). Default: false.
   */
  readonly canonicalize: boolean;
}

/** Reads dns_lookup_kdc; MIT Kerberos takes dns_fallback if it is not set. */
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

/** Reads [libdefaults]. Throws Krb5ConfigError, with file and line, if a value makes no sense. */
export function krb5Config(profile: Profile): Krb5Config {
  const permittedEnctypes = getString(profile, ['libdefaults', 'permitted_enctypes']);
  return {
    profile,
    defaultRealm: getString(profile, ['libdefaults', 'default_realm']),
    dnsLookupKdc: dnsLookupKdc(profile),
    dnsUriLookup: getBoolean(profile, ['libdefaults', 'dns_uri_lookup']) ?? true,
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

/**
 * Reads [libdefaults] in the files that `env` names. Throws as `readProfile` and `krb5Config` do.
 */
export async function readKrb5Config(env: Environment = process.env): Promise<Krb5Config> {
  return krb5Config(await readProfile(env));
}

/**
 * Returns the default realm. Throws Krb5Error KRB5_CONFIG_NODEFREALM if none is set; it names the
 * files.
 */
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

/**
 * Returns the settings for initial tickets in `realm`. A setting in [libdefaults] <realm> = { ... }
 * goes before one in [libdefaults]. Throws Krb5ConfigError if a value makes no sense.
 */
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
    canonicalize:
      getBoolean(profile, ['libdefaults', realm, 'canonicalize']) ??
      getBoolean(profile, ['libdefaults', 'canonicalize']) ??
      false,
  };
}

/**
 * Returns disable_encrypted_timestamp of a realm in [realms]: whether the client must not send an
 * encrypted timestamp to the realm's KDCs. An impostor in a KDC's place could guess the password
 * from one. Default: false. Throws Krb5ConfigError if the value makes no sense.
 */
export function encryptedTimestampDisabled({ profile }: Krb5Config, realm: string): boolean {
  return getBoolean(profile, ['realms', realm, 'disable_encrypted_timestamp']) ?? false;
}

/**
 * Returns a realm's `kdc` relations, in order and as written: `host`, `host:port`, `tcp/host` or a
 * URL.
 */
export function realmKdcs({ profile }: Krb5Config, realm: string): string[] {
  return getStrings(profile, ['realms', realm, 'kdc']);
}

/**
 * Returns a realm's `primary_kdc` relations, in order and as written; those of `master_kdc`, the
 * former name, if there are none.
 */
export function realmPrimaryKdcs({ profile }: Krb5Config, realm: string): string[] {
  const primaries = getStrings(profile, ['realms', realm, 'primary_kdc']);
  return primaries.length > 0 ? primaries : getStrings(profile, ['realms', realm, 'master_kdc']);
}

/**
 * Returns the realms between `client` and `server` that [capaths] gives, in order. Empty if its `.`
 * says that the two realms know each other; undefined if [capaths] does not name them.
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
