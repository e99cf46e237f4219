/** Host names without a dot (krb5.conf's qualify_shortname). */
import { hostname } from 'node:os';
import type { Krb5Config } from '../config/krb5-config.js';
import { systemFiles } from '../host/system-files.js';

/** The first domain that the system's resolver searches, else the one that this machine's name is in. */
export function searchDomain(search: readonly string[], host: string): string | undefined {
  const dot = host.indexOf('.');
  const own = dot === -1 ? undefined : host.slice(dot + 1);
  return search[0] ?? own;
}

/**
 * `host` with a domain where it has none: qualify_shortname's, or the first that the system searches. For
 * a name that DNS has not completed.
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
