/** Finds a realm's KDCs: in krb5.conf, else in DNS. */
import { type Krb5Config, realmKdcs } from '../config/krb5-config.js';
import { abandonmentOf } from './abandoned.js';
import type { Kdc } from './kdc.js';
import { KdcUnreachable } from './kdc-unreachable.js';
import { parseKdc } from './parse-kdc.js';
import { kdcsFromDns } from './srv-records.js';

/**
 * Returns a realm's KDCs, at least one: those of krb5.conf in its order, else those of DNS if
 * dns_lookup_kdc allows it (RFC 4120, section 7.2.3). Throws KdcUnreachable if there are none,
 * KdcLookupFailed if DNS fails, or the signal's reason.
 */
export async function locateKdcs(
  realm: string,
  config: Krb5Config,
  signal: AbortSignal | undefined,
): Promise<readonly Kdc[]> {
  const configured = realmKdcs(config, realm);
  if (configured.length > 0) {
    const kdcs = configured.map(parseKdc).filter((kdc) => kdc !== undefined);
    return requireSome(
      kdcs,
      `every kdc of ${realm} in krb5.conf is of a form that is not supported`,
    );
  }
  if (!config.dnsLookupKdc) {
    return requireSome([], `krb5.conf has no kdc for ${realm}, and dns_lookup_kdc is false`);
  }
  const kdcs = await kdcsFromDns(realm, signal && abandonmentOf(signal));
  return requireSome(kdcs, `krb5.conf has no kdc for ${realm} and DNS no _kerberos._udp.${realm}`);
}

function requireSome(kdcs: readonly Kdc[], otherwise: string): readonly Kdc[] {
  if (kdcs.length === 0) {
    throw new KdcUnreachable([otherwise], false);
  }
  return kdcs;
}
