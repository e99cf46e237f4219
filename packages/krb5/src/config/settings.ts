/** The settings of krb5.conf, and what libkrb5 makes of values that it cannot read. */
import { unknownEtypeNames } from '../crypto/index.js';
import { parseDuration } from './duration.js';
import { parseBoolean, parseInteger } from './profile.js';

/** clockskew if krb5.conf does not set it, in seconds. */
export const DEFAULT_CLOCKSKEW_S = 300;

/** kdc_default_options if krb5.conf does not set it: RENEWABLE-OK (RFC 4120, section 5.4.1). */
const DEFAULT_KDC_OPTIONS = 0x10;

/** udp_preference_limit if krb5.conf does not set it, in bytes. */
export const DEFAULT_UDP_PREFERENCE_LIMIT = 1465;
/** The highest limit that counts: a longer message does not fit a datagram. */
const MAX_UDP_PREFERENCE_LIMIT = 32_700;

/** Returns the limit that counts for a number in udp_preference_limit. */
export function usableUdpLimit(limit: number): number {
  return limit < 0 ? DEFAULT_UDP_PREFERENCE_LIMIT : Math.min(limit, MAX_UDP_PREFERENCE_LIMIT);
}

/** What a setting is when its value cannot be read. */
interface Unreadable<T> {
  /** Undefined: the setting then counts as not set. */
  readonly value: T | undefined;
  /** The value as a person would write it, for messages. */
  readonly text: string;
}

const FALSE: Unreadable<boolean> = { value: false, text: 'false' };
const TRUE: Unreadable<boolean> = { value: true, text: 'true' };
const UNSET = { value: undefined, text: 'its default' };

/** The settings of [libdefaults] that are true or false, as libkrb5 reads each. */
export const BOOLEANS = {
  dns_lookup_kdc: FALSE,
  dns_fallback: FALSE,
  dns_uri_lookup: TRUE,
  rdns: TRUE,
  forwardable: FALSE,
  proxiable: FALSE,
  canonicalize: FALSE,
  noaddresses: FALSE,
} as const satisfies Readonly<Record<string, Unreadable<boolean>>>;

/** The settings of [realms] that are true or false. */
export const REALM_BOOLEANS = {
  disable_encrypted_timestamp: FALSE,
} as const satisfies Readonly<Record<string, Unreadable<boolean>>>;

/** The settings of [libdefaults] that are whole numbers and may be unreadable. */
export const INTEGERS = {
  clockskew: { value: DEFAULT_CLOCKSKEW_S, text: String(DEFAULT_CLOCKSKEW_S) },
  kdc_timesync: { value: 1, text: '1' },
  kdc_default_options: { value: DEFAULT_KDC_OPTIONS, text: String(DEFAULT_KDC_OPTIONS) },
} as const satisfies Readonly<Record<string, Unreadable<number>>>;

/** The settings of [libdefaults] that are durations and may be unreadable. */
export const DURATIONS = {
  request_timeout: UNSET,
} as const satisfies Readonly<Record<string, Unreadable<number>>>;

/** How one setting is read, for whoever looks for values that cannot be read. */
export interface SettingKind {
  readonly isReadable: (value: string) => boolean;
  /** What would be readable. */
  readonly expected: string;
  /** Returns what counts instead of a value that is not readable. */
  readonly instead: (value: string) => string;
}

export const EXPECTED_BOOLEAN = 'true or false';
export const EXPECTED_INTEGER = 'a whole number';
export const EXPECTED_DURATION = 'a duration such as 36000, 10h, 1d 2h or 1:30';

type Table = Readonly<Record<string, Unreadable<unknown>>>;
type Kinds = readonly (readonly [string, SettingKind])[];

function kinds(table: Table, parse: (value: string) => unknown, expected: string): Kinds {
  const isReadable = (value: string) => parse(value) !== undefined;
  return Object.entries(table).map(([name, { text }]) => [
    name,
    { isReadable, expected, instead: () => text },
  ]);
}

/** A text that is no number at all is refused, and not passed over. */
const UDP_PREFERENCE_LIMIT: SettingKind = {
  isReadable: (value) => {
    const limit = parseInteger(value);
    return limit === undefined || limit === usableUdpLimit(limit);
  },
  expected: `a number from 0 to ${MAX_UDP_PREFERENCE_LIMIT}`,
  instead: (value) => String(usableUdpLimit(parseInteger(value) ?? DEFAULT_UDP_PREFERENCE_LIMIT)),
};

const ETYPE_LIST: SettingKind = {
  isReadable: (value) => unknownEtypeNames(value).length === 0,
  expected: 'names of encryption types',
  instead: () => 'the rest',
};

/** The settings that a realm may have of its own in [libdefaults]. */
const OF_REALMS: ReadonlySet<string> = new Set([
  'forwardable',
  'proxiable',
  'canonicalize',
  'noaddresses',
]);

/** The settings of [libdefaults] whose unreadable values are passed over. */
export const LIBDEFAULTS: ReadonlyMap<string, SettingKind> = new Map([
  ...kinds(BOOLEANS, parseBoolean, EXPECTED_BOOLEAN),
  ...kinds(INTEGERS, parseInteger, EXPECTED_INTEGER),
  ...kinds(DURATIONS, parseDuration, EXPECTED_DURATION),
  ['udp_preference_limit', UDP_PREFERENCE_LIMIT],
  ['permitted_enctypes', ETYPE_LIST],
  ['default_tkt_enctypes', ETYPE_LIST],
  ['default_tgs_enctypes', ETYPE_LIST],
]);

/** The settings of a realm in [libdefaults] whose unreadable values are passed over. */
export const REALM_DEFAULTS: ReadonlyMap<string, SettingKind> = new Map(
  [...LIBDEFAULTS].filter(([name]) => OF_REALMS.has(name)),
);

/** The settings of a realm in [realms] whose unreadable values are passed over. */
export const REALMS: ReadonlyMap<string, SettingKind> = new Map(
  kinds(REALM_BOOLEANS, parseBoolean, EXPECTED_BOOLEAN),
);
