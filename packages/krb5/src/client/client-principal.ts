/** The principal of a client that has a key of its own. */
import type { Krb5Config } from '../config/krb5-config.js';
import { NameType, type Principal } from '../principal.js';
import { parseNamedPrincipal } from './named-principal.js';

/**
 * Parses a client's principal; a name without a realm is in the default realm. A single component
 * with an `@` in it, such as `user\@example.org@REALM`, is an enterprise name: the KDC knows whose
 * it is (RFC 6806, section 5). Throws Krb5Error as `parseNamedPrincipal` does.
 */
export function parseClientPrincipal(name: string, config: Krb5Config): Principal {
  const principal = parseNamedPrincipal(name, config);
  const { components } = principal;
  return components.length === 1 && components[0]?.includes('@')
    ? { ...principal, nameType: NameType.KRB5_NT_ENTERPRISE_PRINCIPAL }
    : principal;
}
