/** The text of a test realm's krb5.conf. */

/** A realm and its KDC on this machine. */
export interface RealmKdc {
  readonly realm: string;
  readonly port: number;
}

/**
 * Returns a krb5.conf that MIT Kerberos, Heimdal and @remctl/krb5 read. `own` is the default realm, and the
 * realm of this machine's loopback names; `trusted` are the realms that it trusts.
 *
 * The settings keep every question on this machine: no DNS, no canonical names.
 */
export function krb5ConfText(own: RealmKdc, trusted: readonly RealmKdc[]): string {
  const realms = [own, ...trusted];
  return `[libdefaults]
  default_realm = ${own.realm}
  dns_canonicalize_hostname = false
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  qualify_shortname = ""

[realms]
${realms.map(({ realm, port }) => `  ${realm} = {\n    kdc = 127.0.0.1:${port}\n  }\n`).join('')}
[domain_realm]
  localhost = ${own.realm}
  127.0.0.1 = ${own.realm}

[capaths]
${trusted
  .map(
    ({ realm }) =>
      `  ${realm} = {\n    ${own.realm} = .\n  }\n  ${own.realm} = {\n    ${realm} = .\n  }\n`,
  )
  .join('')}`;
}
