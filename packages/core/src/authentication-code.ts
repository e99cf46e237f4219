/** The names of what fails when a client authenticates. */

/**
 * The name of an authentication failure: RFC 4120's (`KDC_ERR_…`, `KRB_AP_ERR_…`; section 7.5.9), GSS-API's
 * (`GSS_S_…`; RFC 2743, section 1.2.1.1), or where neither has one MIT Kerberos's (`KRB5_…`; krb5.h). The
 * names here are those that clients meet most. Others come too.
 */
export type AuthenticationCode =
  /** There is no ticket, or nothing to get one with: the cache, or the keytab, is missing, empty or unreadable. */
  | 'GSS_S_NO_CRED'
  /** The ticket has expired. */
  | 'KRB_AP_ERR_TKT_EXPIRED'
  /** The ticket is not valid yet. */
  | 'KRB_AP_ERR_TKT_NYV'
  /** Two clocks differ too much. */
  | 'KRB_AP_ERR_SKEW'
  /** The KDC does not know the client. */
  | 'KDC_ERR_C_PRINCIPAL_UNKNOWN'
  /** The KDC does not know the server's principal. */
  | 'KDC_ERR_S_PRINCIPAL_UNKNOWN'
  /** The password is wrong, or the keytab is older than the key. */
  | 'KDC_ERR_PREAUTH_FAILED'
  /** The client is locked. */
  | 'KDC_ERR_CLIENT_REVOKED'
  /** The client's password has expired. */
  | 'KDC_ERR_KEY_EXPIRED'
  /** The KDC issues no ticket for that by its policy. */
  | 'KDC_ERR_POLICY'
  /** The KDC, and the client or the server, have no common type of encryption. */
  | 'KDC_ERR_ETYPE_NOSUPP'
  /** The server's key is not the one that the ticket was made with. */
  | 'KRB_AP_ERR_MODIFIED'
  | 'KRB_AP_ERR_BAD_INTEGRITY'
  /** The server has no key of the ticket's version. */
  | 'KRB_AP_ERR_BADKEYVER'
  /** The server has no key for that principal. */
  | 'KRB_AP_ERR_NOKEY'
  | 'KRB_AP_ERR_NOT_US'
  /** The server did not prove who it is. */
  | 'KRB_AP_ERR_MUT_FAIL'
  /** No KDC answers. */
  | 'KRB5_KDC_UNREACH'
  /** Nothing names a KDC of the realm. */
  | 'KRB5_REALM_UNKNOWN'
  // Every other text is a code too, and editors still offer the names above.
  | (string & Record<never, never>);
