/** The settings of krb5.conf, and what libkrb5 makes of values that it cannot read. */
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
  /** The value that counts instead. */
  readonly instead: string;
}

export const EXPECTED_BOOLEAN = 'true or false';
export const EXPECTED_INTEGER = 'a whole number';
export const EXPECTED_DURATION = 'a duration such as 36000, 10h, 1d 2h or 1:30';

type Table = Readonly<Record<string, Unreadable<unknown>>>;

function kinds(
  table: Table,
  parse: (value: string) => unknown,
  expected: string,
): [string, SettingKind][] {
  const isReadable = (value: string) => parse(value) !== undefined;
  return Object.entries(table).map(([name, { text }]) => [
    name,
    { isReadable, expected, instead: text },
  ]);
}

/** The settings of [libdefaults] whose unreadable values are passed over. */
export const LIBDEFAULTS: ReadonlyMap<string, SettingKind> = new Map([
  ...kinds(BOOLEANS, parseBoolean, EXPECTED_BOOLEAN),
  ...kinds(INTEGERS, parseInteger, EXPECTED_INTEGER),
  ...kinds(DURATIONS, parseDuration, EXPECTED_DURATION),
]);

/** The settings of a realm in [realms] whose unreadable values are passed over. */
export const REALMS: ReadonlyMap<string, SettingKind> = new Map(
  kinds(REALM_BOOLEANS, parseBoolean, EXPECTED_BOOLEAN),
);
