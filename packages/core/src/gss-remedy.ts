/** Says what to do about the errors of the system's GSS-API library. */

/** The texts of GSS-API and Kerberos when authentication fails, and what to do then. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/expired/i, 'run kinit to get a new ticket'],
  [
    /No Kerberos credentials|credentials? cache|No credentials|cache file|opening ticket cache/i,
    'run kinit, or set a credential cache that has a ticket',
  ],
  [/not found in Kerberos database/i, "check the server's principal and host name"],
  [/Cannot contact any KDC|Cannot find KDC/i, "check the realm's KDCs in krb5.conf"],
  [/Clock skew/i, "set this machine's clock"],
  [/not yet valid/i, "set this machine's clock, and the server's"],
  [
    /ASN\.1|Invalid message type/,
    "a KDC, or the server, answered with something else: check the realm's KDCs in krb5.conf",
  ],
  [
    /Key version|No key table entry/,
    "check the server's principal and its keytab; after a new key, run kinit again",
  ],
  [/flags/, 'the server must grant mutual authentication, confidentiality and integrity'],
];

/** Returns the library's text, with what to do if that is known. */
export function withGssRemedy(text: string): string {
  const remedy = REMEDIES.find(([pattern]) => pattern.test(text))?.[1];
  return remedy === undefined ? text : `${text}: ${remedy}`;
}
