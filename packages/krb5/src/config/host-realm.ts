/** Which realm a host is in, as far as krb5.conf says it. */
import type { Krb5Config } from './krb5-config.js';
import { getString } from './profile.js';

/** The realm of a principal whose realm the KDCs are to find (RFC 6806, section 4). */
export const REFERRAL_REALM = '';

/** What libkrb5 takes for an address. */
function isAddress(host: string): boolean {
  return host.includes(':') || /^(?:\d*\.){3}\d*$/.test(host);
}

/** Lower case, ASCII only, and without the dot at its end, as hosts are compared in [domain_realm]. */
function cleanHost(host: string): string {
  const lower = host.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/**
 * The realm that [domain_realm] gives `host`: the host itself is looked up, then `.domain` and `domain`
 * of each domain that it is in, from the nearest. Without any of them `REFERRAL_REALM`, and always for
 * an address (krb5_get_host_realm).
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
 * The realm to try for `host` once no KDC has referred us to another: its domain in upper case, else the
 * default realm, if there is one (krb5_get_fallback_host_realm, without DNS).
 */
export function fallbackRealm({ defaultRealm }: Krb5Config, host: string): string | undefined {
  const name = cleanHost(host);
  const dot = isAddress(name) ? -1 : name.indexOf('.');
  return dot === -1
    ? defaultRealm
    : name.slice(dot + 1).replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
}
