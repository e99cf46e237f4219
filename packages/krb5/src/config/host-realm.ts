/** Finds a host's realm in krb5.conf. */
import { asciiLowerCase, asciiUpperCase } from '../text/ascii-case.js';
import type { Krb5Config } from './krb5-config.js';
import { getString } from './profile.js';

/** The realm of a principal whose real realm the KDCs have to find (RFC 6806, section 4). */
export const REFERRAL_REALM = '';

/** Whether libkrb5 takes `host` for an address. */
function isAddress(host: string): boolean {
  return host.includes(':') || /^(?:\d*\.){3}\d*$/.test(host);
}

/**
 * Prepares `host` for comparison in [domain_realm]: ASCII letters in lower case, no dot at the end.
 */
function cleanHost(host: string): string {
  const lower = asciiLowerCase(host);
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/**
 * Returns the realm that [domain_realm] gives `host`. The host itself is looked up, then `.domain`
 * and `domain` of each domain that the host is in, from the nearest. Returns `REFERRAL_REALM` if
 * [domain_realm] has none of them, and always for an address (as krb5_get_host_realm does).
 */
export function hostRealm({ profile }: Krb5Config, host: string): string {
  const name = cleanHost(host);
  if (isAddress(name)) {
    return REFERRAL_REALM;
  }
  for (let at = 0; at !== -1; at = name.charAt(at) === '.' ? at + 1 : name.indexOf('.', at)) {
    const realm = getString(profile, ['domain_realm', name.slice(at)]);
    if (realm !== undefined) {
      return realm;
    }
  }
  return REFERRAL_REALM;
}

/**
 * Returns the realm to try for `host` after no KDC has referred the client to another realm: the
 * host's domain in upper case, else the default realm, if there is one (as
 * krb5_get_fallback_host_realm does without DNS).
 */
export function fallbackRealm({ defaultRealm }: Krb5Config, host: string): string | undefined {
  const name = cleanHost(host);
  const dot = isAddress(name) ? -1 : name.indexOf('.');
  return dot === -1 ? defaultRealm : asciiUpperCase(name.slice(dot + 1));
}
