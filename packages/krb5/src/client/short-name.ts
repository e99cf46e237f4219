/** Host names without a dot (krb5.conf's qualify_shortname). */
import { hostname } from 'node:os';
import type { Krb5Config } from '../config/krb5-config.js';
import { systemFiles } from '../host/system-files.js';

/**
 * Returns the first domain that the system's resolver searches, else the domain of this machine's
 * name.
 */
export function searchDomain(search: readonly string[], host: string): string | undefined {
  const dot = host.indexOf('.');
  const own = dot === -1 ? undefined : host.slice(dot + 1);
  return search[0] ?? own;
}

/**
 * Adds a domain to a `host` without one: qualify_shortname's, else the first that the system
 * searches. It is for a name that DNS has not completed.
 */
export async function qualifiedHost(
  host: string,
  { qualifyShortname }: Krb5Config,
): Promise<string> {
  if (host.includes('.') || host.includes(':')) {
    return host;
  }
  const domain = qualifyShortname ?? searchDomain((await systemFiles()).search, hostname());
  return domain === undefined || domain === '' ? host : `${host}.${domain}`;
}
