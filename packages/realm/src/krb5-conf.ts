/** The text of a realm's own krb5.conf. */

/** Returns the text of a realm's own krb5.conf. `libdefaults` are more lines for [libdefaults]. */
export function krb5ConfText(
  realm: string,
  kdcPort: number,
  enctype: string,
  libdefaults: readonly string[],
): string {
  return `[libdefaults]
  default_realm = ${realm}
  dns_canonicalize_hostname = false
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  qualify_shortname = ""
  permitted_enctypes = ${enctype}
${libdefaults.map((line) => `  ${line}\n`).join('')}
[realms]
  ${realm} = {
    kdc = 127.0.0.1:${kdcPort}
  }

[domain_realm]
  localhost = ${realm}
  127.0.0.1 = ${realm}
`;
}
