/** The content of a keytab, and the search for a key. */
import type { EncryptionKey } from '../crypto/encryption-key.js';
import { etypeName } from '../crypto/etypes.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { formatPrincipal, type Principal, principalsEqual } from '../principal.js';

/** One of a principal's keys. */
export interface KeytabEntry {
  readonly principal: Principal;
  /** The time that the entry was written, in seconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** The key's version; 0 if the keytab does not know it. */
  readonly kvno: number;
  readonly key: EncryptionKey;
}

/** A keytab (MIT Kerberos, "Keytab file format"). */
export interface Keytab {
  /** The file that the keytab was read from, for messages. */
  readonly path: string;
  readonly entries: readonly KeytabEntry[];
  /** What is wrong behind the entries; undefined if the file ends as it should. */
  readonly damage?: string | undefined;
}

/** The terms of a search for a key. */
export interface KeyQuery {
  readonly principal: Principal;
  /** The key's encryption type; without it, any type. */
  readonly etype?: number | undefined;
  /** The key's version; without it, the newest. */
  readonly kvno?: number | undefined;
}

/** The most names or types that a message lists. */
const MAX_LISTED = 20;
/** Versions once had 8 bits: after about 255 they began anew. */
const LOW_KVNO = 128;
const HIGH_KVNO = 240;
const KVNO_BYTE = 0xff;

function listed(items: readonly string[]): string {
  const unique = [...new Set(items)];
  const more = unique.length - MAX_LISTED;
  return `${unique.slice(0, MAX_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Tells whether `a` is the newer key. A version that began anew counts as newer. */
function isNewer(a: KeytabEntry, b: KeytabEntry): boolean {
  if (a.timestamp >= b.timestamp && a.kvno < LOW_KVNO && b.kvno > HIGH_KVNO) {
    return true;
  }
  if (b.timestamp >= a.timestamp && a.kvno > HIGH_KVNO && b.kvno < LOW_KVNO) {
    return false;
  }
  return a.kvno > b.kvno;
}

function newest(entries: readonly KeytabEntry[]): KeytabEntry | undefined {
  return entries.reduce<KeytabEntry | undefined>(
    (best, entry) => (best === undefined || isNewer(entry, best) ? entry : best),
    undefined,
  );
}

/**
 * Returns the entry of exactly that version, else the first that kept only its lowest 8 bits or has
 * no version.
 */
function ofVersion(entries: readonly KeytabEntry[], kvno: number): KeytabEntry | undefined {
  return (
    entries.find((entry) => entry.kvno === kvno) ??
    entries.find((entry) => entry.kvno === (kvno & KVNO_BYTE) || entry.kvno === 0)
  );
}

/**
 * Returns the entries of a principal's newest key, one for each encryption type, in the file's order.
 * An empty list if it has none.
 */
export function newestEntries(keytab: Keytab, principal: Principal): KeytabEntry[] {
  const own = keytabEntries(keytab, principal);
  const kvno = newest(own)?.kvno;
  return own.filter((entry) => entry.kvno === kvno);
}

/** Returns a principal's entries in the file's order; an empty list if it has none. */
export function keytabEntries({ entries }: Keytab, principal: Principal): KeytabEntry[] {
  return entries.filter((entry) => principalsEqual(entry.principal, principal));
}

/**
 * Finds the key that `query` asks for. Throws Krb5Error KRB5_KT_NOTFOUND, with the keytab's names or
 * encryption types, if there is no key of that principal or type; KRB5_KT_KVNONOTFOUND, with the
 * principal's versions, if there is no key of that version.
 */
export function findKey(keytab: Keytab, { principal, etype, kvno }: KeyQuery): KeytabEntry {
  const name = formatPrincipal(principal);
  const { damage } = keytab;
  const lost = damage === undefined ? '' : `; the file is damaged (${damage}): write it anew`;
  const own = keytabEntries(keytab, principal);
  if (own.length === 0) {
    const others = listed(keytab.entries.map((entry) => formatPrincipal(entry.principal)));
    throw new Krb5Error(
      LocalErrorCode.KRB5_KT_NOTFOUND,
      `the keytab ${keytab.path} has no key of ${name}; it has keys of ${others || 'nobody'}${lost}`,
    );
  }
  const usable = etype === undefined ? own : own.filter(({ key }) => key.etype === etype);
  if (etype !== undefined && usable.length === 0) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KT_NOTFOUND,
      `the keytab ${keytab.path} has no ${etypeName(etype)} key of ${name}; ` +
        `its types are ${listed(own.map(({ key }) => etypeName(key.etype)))}${lost}`,
    );
  }
  const found = kvno === undefined ? newest(usable) : ofVersion(usable, kvno);
  if (found === undefined) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KT_KVNONOTFOUND,
      `the keytab ${keytab.path} has no key of ${name} with version ${kvno}, ` +
        `only ${listed(usable.map((entry) => String(entry.kvno)))}: write the keytab anew`,
    );
  }
  return found;
}
