/** Finds a realm's KDCs: in krb5.conf, else in DNS. */
import {
  httpAnchors,
  type Krb5Config,
  realmKdcs,
  realmPrimaryKdcs,
} from '../config/krb5-config.js';
import { trace } from '../trace/trace.js';
import { abandonmentOf } from './abandoned.js';
import { kdcsFromDns } from './dns-kdcs.js';
import type { Kdc } from './kdc.js';
import { KdcUnreachable } from './kdc-unreachable.js';
import { parseKdc } from './parse-kdc.js';
import { KdcLookupFailed } from './srv-records.js';

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
    return requireSome(
      parseKdcs(configured, realm, config),
      `no kdc of ${realm} in krb5.conf can be read: write host, host:port or https://host/path`,
    );
  }
  if (!config.dnsLookupKdc) {
    return requireSome([], `krb5.conf has no kdc for ${realm}, and dns_lookup_kdc is false`);
  }
  const kdcs = await lookUp(realm, false, config, signal);
  trace(() => `DNS names ${kdcs.map(({ host, port }) => `${host}:${port}`).join(', ') || 'none'}`);
  return requireSome(kdcs, `krb5.conf has no kdc for ${realm} and DNS no _kerberos._udp.${realm}`);
}

/**
 * Returns a realm's primary KDCs: those of primary_kdc in krb5.conf, else those of DNS if
 * dns_lookup_kdc allows it. Empty if there are none, or if DNS fails. Throws the signal's reason.
 */
export async function locatePrimaryKdcs(
  realm: string,
  config: Krb5Config,
  signal: AbortSignal | undefined,
): Promise<readonly Kdc[]> {
  const configured = realmPrimaryKdcs(config, realm);
  if (configured.length > 0 || !config.dnsLookupKdc) {
    return parseKdcs(configured, realm, config);
  }
  try {
    return await lookUp(realm, true, config, signal);
  } catch (error) {
    if (error instanceof KdcLookupFailed) {
      return [];
    }
    throw error;
  }
}

function lookUp(
  realm: string,
  primary: boolean,
  config: Krb5Config,
  signal: AbortSignal | undefined,
): Promise<Kdc[]> {
  trace(() => `Looking for ${primary ? 'primary ' : ''}KDCs of ${realm} in DNS`);
  const anchors = httpAnchors(config, realm);
  const uris = config.dnsUriLookup;
  return kdcsFromDns({ realm, anchors, primary, uris }, signal && abandonmentOf(signal));
}

function parseKdcs(values: readonly string[], realm: string, config: Krb5Config): Kdc[] {
  const terms = { realm, anchors: httpAnchors(config, realm) };
  return values.map((value) => parseKdc(value, terms)).filter((kdc) => kdc !== undefined);
}

function requireSome(kdcs: readonly Kdc[], otherwise: string): readonly Kdc[] {
  if (kdcs.length === 0) {
    throw new KdcUnreachable([otherwise], false);
  }
  return kdcs;
}
