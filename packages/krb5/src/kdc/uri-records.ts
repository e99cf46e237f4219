/**
 * KDCs by the URI records of DNS (RFC 7553), as MIT Kerberos writes them.
 *
 * A record of `_kerberos.REALM` holds `krb5srv:flags:transport:host`. The flag `m` marks a primary
 * KDC. The transport is `udp` or `tcp`, with a host and perhaps a port, or `kkdcp` with the URL of a
 * KDC proxy.
 */

import { queryDns } from './dns-query.js';
import type { Kdc, ProxyTerms } from './kdc.js';
import { KERBEROS_PORT, parseHostAndPort, parseProxy } from './parse-kdc.js';
import { orderSrv } from './srv-records.js';

/** The number of the type URI. */
const URI = 256;
/** DNS may list any number of servers; a client has no use for more. */
const MAX_URI_RECORDS = 16;
/** Priority and weight, of two octets each, stand before the text. */
const TARGET_OFFSET = 4;

/** One URI record: a KDC, and its place among others. */
export interface UriRecord {
  readonly priority: number;
  readonly weight: number;
  readonly kdc: Kdc;
}

/** Reads a URI record's data. Returns undefined for a record that names no KDC to be asked. */
export function parseUriRecord(data: Uint8Array, terms: ProxyTerms): UriRecord | undefined {
  if (data.length < TARGET_OFFSET) {
    return undefined;
  }
  const bytes = Buffer.from(data);
  const kdc = parseKdcUri(bytes.toString('latin1', TARGET_OFFSET), terms);
  return kdc && { priority: bytes.readUInt16BE(0), weight: bytes.readUInt16BE(2), kdc };
}

/** Reads `krb5srv:flags:transport:host`. Returns undefined for another text. */
function parseKdcUri(text: string, terms: ProxyTerms): Kdc | undefined {
  const [, flags = '', name = '', rest = ''] =
    /^krb5srv:([^:]*):(udp|tcp|kkdcp):(.*)$/is.exec(text) ?? [];
  const transport = name.toLowerCase();
  const primary = /m/i.test(flags);
  if (transport === 'kkdcp') {
    const found = parseProxy(rest, terms);
    return found && { ...found, primary };
  }
  const found = parseHostAndPort(rest, KERBEROS_PORT);
  return found && { ...found, transports: [transport === 'tcp' ? 'tcp' : 'udp'], primary };
}

/**
 * Returns the KDCs that the URI records of a realm name, in the order of priority and weight. Throws
 * Error if DNS fails, or `signal`'s reason.
 */
export async function kdcsFromUris(terms: ProxyTerms, signal: AbortSignal): Promise<Kdc[]> {
  const records = (await queryDns(`_kerberos.${terms.realm}`, URI, signal)).slice(
    0,
    MAX_URI_RECORDS,
  );
  const read = records
    .map((data) => parseUriRecord(data, terms))
    .filter((record) => record !== undefined);
  return orderSrv(read).map(({ kdc }) => kdc);
}
