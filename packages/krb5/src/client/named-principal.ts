/** A principal that a user has named. */
import { type Krb5Config, requireDefaultRealm } from '../config/krb5-config.js';
import { type Principal, parsePrincipal } from '../principal.js';

/**
 * Parses a principal; a name without a realm is in the default realm. Throws Krb5Error as
 * `parsePrincipal` and `requireDefaultRealm` do.
 */
export function parseNamedPrincipal(name: string, config: Krb5Config): Principal {
  const hasRealm = /(?:^|[^\\])(?:\\\\)*@/.test(name);
  const defaultRealm = hasRealm ? config.defaultRealm : requireDefaultRealm(config);
  return parsePrincipal(name, { defaultRealm });
}
