/** The settings of krb5.conf that a client uses, with MIT Kerberos's defaults. */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { parseDuration } from './duration.js';
import type { Environment } from './expand-path.js';
import {
  badValue,
  getDuration,
  getInteger,
  getLenient,
  getRelations,
  getString,
  getStrings,
  type Profile,
  parseBoolean,
  parseInteger,
} from './profile.js';
import { readProfile } from './read-profile.js';
import {
  BOOLEANS,
  DEFAULT_UDP_PREFERENCE_LIMIT,
  DURATIONS,
  INTEGERS,
  REALM_BOOLEANS,
  usableUdpLimit,
} from './settings.js';

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
  /**
   * renew_lifetime, in seconds: for how long the ticket may be renewed. 0, the default, asks for no
   * renewable ticket.
   */
  readonly renewLifetime: number;
  /**
   * kdc_default_options: `KdcOption` bits of every request, also as a negative number. Default:
   * RENEWABLE_OK, which takes a renewable ticket for one that would live too long.
   */
  readonly kdcDefaultOptions: number;
  /** forwardable: whether the client asks for forwardable tickets. Default: false. */
  readonly forwardable: boolean;
  /** proxiable: whether the client asks for proxiable tickets. Default: false. */
  readonly proxiable: boolean;
  /**
   * canonicalize: whether the KDC may give the client another name or send it to another realm (RFC
   * 6806, sections 6 and 7). Default: false.
   */
  readonly canonicalize: boolean;
  /** noaddresses: whether the ticket is good from every address. Default: true. */
  readonly noaddresses: boolean;
}

/** The names of the settings in [libdefaults] that are true or false. */
type BooleanName = keyof typeof BOOLEANS;

/** Reads a setting of [libdefaults]; undefined if it is not set. */
function libdefault(profile: Profile, name: BooleanName): boolean | undefined {
  return getLenient(profile, ['libdefaults', name], parseBoolean, BOOLEANS[name].value);
}

/** Reads a setting of one realm in [libdefaults], else that of [libdefaults] itself. */
function realmDefault(profile: Profile, realm: string, name: BooleanName): boolean | undefined {
  const { value } = BOOLEANS[name];
  return (
    getLenient(profile, ['libdefaults', realm, name], parseBoolean, value) ??
    libdefault(profile, name)
  );
}

function libdefaultInteger(profile: Profile, name: keyof typeof INTEGERS): number {
  const { value } = INTEGERS[name];
  return getLenient(profile, ['libdefaults', name], parseInteger, value) ?? value;
}

/** Reads dns_lookup_kdc; MIT Kerberos takes dns_fallback if it is not set. */
function dnsLookupKdc(profile: Profile): boolean {
  return libdefault(profile, 'dns_lookup_kdc') ?? libdefault(profile, 'dns_fallback') ?? true;
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

/**
 * Reads [libdefaults]. A value that cannot be read is passed over if libkrb5 passes over it. Throws
 * Krb5ConfigError, with file and line, for one that libkrb5 refuses.
 */
export function krb5Config(profile: Profile): Krb5Config {
  const permittedEnctypes = getString(profile, ['libdefaults', 'permitted_enctypes']);
  return {
    profile,
    defaultRealm: getString(profile, ['libdefaults', 'default_realm']),
    dnsLookupKdc: dnsLookupKdc(profile),
    dnsUriLookup: libdefault(profile, 'dns_uri_lookup') ?? true,
    dnsCanonicalizeHostname: canonicalizeHostname(profile),
    rdns: libdefault(profile, 'rdns') ?? true,
    qualifyShortname: getString(profile, ['libdefaults', 'qualify_shortname']),
    requestTimeout:
      getLenient(
        profile,
        ['libdefaults', 'request_timeout'],
        parseDuration,
        DURATIONS.request_timeout.value,
      ) || undefined,
    kdcTimesync: libdefaultInteger(profile, 'kdc_timesync') !== 0,
    clockskew: libdefaultInteger(profile, 'clockskew'),
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
 * Returns udp_preference_limit: messages of more bytes are sent by TCP first. Default: 1465. Throws
 * Krb5ConfigError if the value is no number: libkrb5 reads it only when it asks a KDC, so that a
 * cached ticket serves all the same.
 */
export function udpPreferenceLimit({ profile }: Krb5Config): number {
  const limit = getInteger(profile, ['libdefaults', 'udp_preference_limit']);
  return limit === undefined ? DEFAULT_UDP_PREFERENCE_LIMIT : usableUdpLimit(limit);
}

/**
 * Returns the settings for initial tickets in `realm`. A setting in [libdefaults] <realm> = { ... }
 * goes before one in [libdefaults]. Throws Krb5ConfigError if a lifetime is no duration.
 */
export function initialTicketOptions({ profile }: Krb5Config, realm: string): InitialTicketOptions {
  return {
    ticketLifetime:
      getDuration(profile, ['libdefaults', realm, 'ticket_lifetime']) ??
      getDuration(profile, ['libdefaults', 'ticket_lifetime']) ??
      DEFAULT_TICKET_LIFETIME_S,
    renewLifetime:
      getDuration(profile, ['libdefaults', realm, 'renew_lifetime']) ??
      getDuration(profile, ['libdefaults', 'renew_lifetime']) ??
      0,
    kdcDefaultOptions: libdefaultInteger(profile, 'kdc_default_options'),
    forwardable: realmDefault(profile, realm, 'forwardable') ?? false,
    proxiable: realmDefault(profile, realm, 'proxiable') ?? false,
    canonicalize: realmDefault(profile, realm, 'canonicalize') ?? false,
    noaddresses: realmDefault(profile, realm, 'noaddresses') ?? true,
  };
}

/**
 * Returns extra_addresses of [libdefaults]: the addresses and names of hosts to add to this
 * machine's addresses in requests. Empty if not set.
 */
export function extraAddresses({ profile }: Krb5Config): string[] {
  return getStrings(profile, ['libdefaults', 'extra_addresses'])
    .flatMap((list) => list.split(/[ \t\n\v\f\r,]+/))
    .filter((each) => each !== '');
}

/**
 * Returns disable_encrypted_timestamp of a realm in [realms]: whether the client must not send an
 * encrypted timestamp to the realm's KDCs. An impostor in a KDC's place could guess the password
 * from one. Default: false.
 */
export function encryptedTimestampDisabled({ profile }: Krb5Config, realm: string): boolean {
  const { value } = REALM_BOOLEANS.disable_encrypted_timestamp;
  const path = ['realms', realm, 'disable_encrypted_timestamp'] as const;
  return getLenient(profile, path, parseBoolean, value) ?? false;
}

/** This program's section in [appdefaults]. */
const APPLICATION = 'remctl';

/**
 * Returns fast_ccache of [appdefaults]: the cache whose ticket armors requests for first tickets in
 * `realm`; undefined if not set. The most particular place counts, as for krb5_appdefault_string: the
 * section `remctl`, in it the realm's, then the realm's own section, then [appdefaults] itself.
 */
export function fastCcache({ profile }: Krb5Config, realm: string): string | undefined {
  const places = [[APPLICATION, realm], [APPLICATION], [realm], []];
  return places
    .map((place) => getString(profile, ['appdefaults', ...place, 'fast_ccache']))
    .find((value) => value !== undefined);
}

/**
 * Returns spake_preauth_groups of [libdefaults]: the groups of SPAKE that the client takes, as
 * written; undefined if not set.
 */
export function spakePreauthGroups({ profile }: Krb5Config): string | undefined {
  return getString(profile, ['libdefaults', 'spake_preauth_groups']);
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

/** Returns a realm's `http_anchors` relations: the certificates that its KDC proxies must lead to. */
export function httpAnchors({ profile }: Krb5Config, realm: string): string[] {
  return getStrings(profile, ['realms', realm, 'http_anchors']);
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
