/** Host names without a dot (krb5.conf's qualify_shortname). */
import type { Krb5Config } from '../config/krb5-config.js';
import { systemFiles } from '../host/system-files.js';

/**
 * Adds a domain to a `host` without one: qualify_shortname's, else the first that the system
 * searches. It is for a name that DNS has not completed.
 */
export async function qualifiedHost(
  host: string,
  { qualifyShortname }: Krb5Config,
): Promise<string> {
  if (host.includes('.')) {
    return host;
  }
  const domain = qualifyShortname ?? (await systemFiles()).search[0];
  return domain === undefined || domain === '' ? host : `${host}.${domain}`;
}
