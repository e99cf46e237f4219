/** A realm's KDCs in DNS: URI records, else SRV records. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kdc, ProxyTerms } from './kdc.js';
import { kdcsFromSrv } from './srv-records.js';
import { kdcsFromUris } from './uri-records.js';

/**
 * Milliseconds that URI records are waited for when the SRV records are known. Both are asked for at
 * the same time, since some name servers never answer questions of types that they do not know.
 */
const URI_GRACE_MS = 1000;

/** What DNS is asked for. */
export interface DnsKdcs extends ProxyTerms {
  /** Whether the primary KDCs alone are wanted. */
  readonly primary: boolean;
  /** dns_uri_lookup: whether URI records go before SRV records. */
  readonly uris: boolean;
}

/**
 * Returns the KDCs that DNS names for a realm, those of URI records if there are any. Throws
 * KdcLookupFailed if DNS fails, or `signal`'s reason.
 */
export async function kdcsFromDns(
  { primary, uris, ...terms }: DnsKdcs,
  signal?: AbortSignal,
): Promise<Kdc[]> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const until = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  try {
    const bySrv = kdcsFromSrv(terms.realm, primary ? '_kerberos-master' : '_kerberos', until);
    if (!uris) {
      return await bySrv;
    }
    const byUri = await beforeGrace(kdcsFromUris(terms, until), bySrv, until);
    signal?.throwIfAborted();
    return byUri.length === 0 ? await bySrv : byUri.filter((kdc) => !primary || kdc.primary);
  } finally {
    stop.abort();
  }
}

/**
 * Waits for the KDCs of URI records, and no longer than a second after SRV records have named some.
 * Returns an empty list if URI records come too late, or not at all.
 */
async function beforeGrace(
  byUri: Promise<Kdc[]>,
  bySrv: Promise<Kdc[]>,
  until: AbortSignal,
): Promise<Kdc[]> {
  const uri = Promise.allSettled([byUri]);
  const grace = Promise.allSettled([bySrv]).then(async ([srv]) => {
    if (srv.status === 'fulfilled' && srv.value.length > 0) {
      await sleep(URI_GRACE_MS, undefined, { signal: until });
      return undefined;
    }
    return uri;
  });
  const [settled] = (await Promise.race([uri, grace])) ?? [];
  return settled?.status === 'fulfilled' ? settled.value : [];
}
