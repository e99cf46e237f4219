/** The names of failures that the system's GSS-API library tells as texts alone. */
import type { AuthenticationCode } from './authentication-code.js';

/**
 * Texts of MIT Kerberos and of GSS-API, and their names. The first that a message holds counts: Kerberos's
 * reason stands behind GSS-API's general one. A message may hold a host or a realm where a text here has
 * `…`.
 */
const TEXTS: readonly (readonly [text: string, name: AuthenticationCode])[] = [
  // RFC 4120, section 7.5.9 (krb5_err.et).
  ["Client's entry in database has expired", 'KDC_ERR_NAME_EXP'],
  ["Server's entry in database has expired", 'KDC_ERR_SERVICE_EXP'],
  ['Client… not found in Kerberos database', 'KDC_ERR_C_PRINCIPAL_UNKNOWN'],
  ['Server… not found in Kerberos database', 'KDC_ERR_S_PRINCIPAL_UNKNOWN'],
  ['Principal has multiple entries in Kerberos database', 'KDC_ERR_PRINCIPAL_NOT_UNIQUE'],
  ['Client or server has a null key', 'KDC_ERR_NULL_KEY'],
  ['Requested effective lifetime is negative or too short', 'KDC_ERR_NEVER_VALID'],
  ['KDC policy rejects request', 'KDC_ERR_POLICY'],
  ["KDC can't fulfill requested option", 'KDC_ERR_BADOPTION'],
  ['KDC has no support for encryption type', 'KDC_ERR_ETYPE_NOSUPP'],
  ['KDC has no support for checksum type', 'KDC_ERR_SUMTYPE_NOSUPP'],
  ['KDC has no support for padata type', 'KDC_ERR_PADATA_TYPE_NOSUPP'],
  ['KDC has no support for transited type', 'KDC_ERR_TRTYPE_NOSUPP'],
  ["Client's credentials have been revoked", 'KDC_ERR_CLIENT_REVOKED'],
  ['Credentials for server have been revoked', 'KDC_ERR_SERVICE_REVOKED'],
  ['TGT has been revoked', 'KDC_ERR_TGT_REVOKED'],
  ['Client not yet valid', 'KDC_ERR_CLIENT_NOTYET'],
  ['Server not yet valid', 'KDC_ERR_SERVICE_NOTYET'],
  ['Password has expired', 'KDC_ERR_KEY_EXPIRED'],
  ['Preauthentication failed', 'KDC_ERR_PREAUTH_FAILED'],
  ['Generic preauthentication failure', 'KDC_ERR_PREAUTH_FAILED'],
  ['Additional pre-authentication required', 'KDC_ERR_PREAUTH_REQUIRED'],
  ["Requested server and ticket don't match", 'KDC_ERR_SERVER_NOMATCH'],
  ['Server principal valid for user2user only', 'KDC_ERR_MUST_USE_USER2USER'],
  ['KDC policy rejects transited path', 'KDC_ERR_PATH_NOT_ACCEPTED'],
  ['A service is not available that is required to process the request', 'KDC_ERR_SVC_UNAVAILABLE'],
  ['Decrypt integrity check failed', 'KRB_AP_ERR_BAD_INTEGRITY'],
  ['Ticket expired', 'KRB_AP_ERR_TKT_EXPIRED'],
  ['Ticket not yet valid', 'KRB_AP_ERR_TKT_NYV'],
  ['Request is a replay', 'KRB_AP_ERR_REPEAT'],
  ["The ticket isn't for us", 'KRB_AP_ERR_NOT_US'],
  ['Wrong principal in request', 'KRB_AP_ERR_NOT_US'],
  ["Ticket/authenticator don't match", 'KRB_AP_ERR_BADMATCH'],
  ['Clock skew too great', 'KRB_AP_ERR_SKEW'],
  ['Incorrect net address', 'KRB_AP_ERR_BADADDR'],
  ['Message stream modified', 'KRB_AP_ERR_MODIFIED'],
  ['Key version is not available', 'KRB_AP_ERR_BADKEYVER'],
  ['Service key not available', 'KRB_AP_ERR_NOKEY'],
  ['Mutual authentication failed', 'KRB_AP_ERR_MUT_FAIL'],
  ['Realm not local to KDC', 'KDC_ERR_WRONG_REALM'],
  ['Generic error (see e-text)', 'KRB_ERR_GENERIC'],
  // MIT Kerberos (krb5_err.et), where the RFCs have no name.
  ['Cannot contact any KDC', 'KRB5_KDC_UNREACH'],
  ['Cannot find KDC', 'KRB5_REALM_UNKNOWN'],
  ['Cannot resolve network address for KDC', 'KRB5_REALM_CANT_RESOLVE'],
  ['Cannot resolve servers for KDC', 'KRB5_REALM_CANT_RESOLVE'],
  ['Cannot determine realm for host', 'KRB5_ERR_HOST_REALM_UNKNOWN'],
  ['Configuration file does not specify default realm', 'KRB5_CONFIG_NODEFREALM'],
  ['Improper format of Kerberos configuration file', 'KRB5_CONFIG_BADFORMAT'],
  ['KDC reply did not match expectations', 'KRB5_KDCREP_MODIFIED'],
  ['Encryption type… not permitted', 'KDC_ERR_ETYPE_NOSUPP'],
  // Nothing to authenticate with, in the words of Kerberos, of GSS-API and of libremctl.
  ['No Kerberos credentials available', 'GSS_S_NO_CRED'],
  ['No credentials cache found', 'GSS_S_NO_CRED'],
  ['Credentials cache', 'GSS_S_NO_CRED'],
  ['credentials cache', 'GSS_S_NO_CRED'],
  ['credential cache', 'GSS_S_NO_CRED'],
  ['ticket cache', 'GSS_S_NO_CRED'],
  ['Matching credential not found', 'GSS_S_NO_CRED'],
  ['Key table entry not found', 'GSS_S_NO_CRED'],
  // The major statuses of GSS-API (RFC 2743, section 1.2.1.1).
  ['No credentials were supplied', 'GSS_S_NO_CRED'],
  ['The referenced credential has expired', 'GSS_S_CREDENTIALS_EXPIRED'],
  ['The referenced context has expired', 'GSS_S_CONTEXT_EXPIRED'],
  ['Invalid credential was supplied', 'GSS_S_DEFECTIVE_CREDENTIAL'],
  ['Invalid token was supplied', 'GSS_S_DEFECTIVE_TOKEN'],
  ['A token had an invalid', 'GSS_S_BAD_SIG'],
  ['An invalid name was supplied', 'GSS_S_BAD_NAME'],
  ['A supplied name was of an unsupported type', 'GSS_S_BAD_NAMETYPE'],
  ['An unsupported mechanism was requested', 'GSS_S_BAD_MECH'],
  ['forbidden by local security policy', 'GSS_S_UNAUTHORIZED'],
];

function holds(message: string, text: string): boolean {
  const [begin = '', end] = text.split('…');
  const at = message.indexOf(begin);
  return at >= 0 && (end === undefined || message.includes(end, at + begin.length));
}

/** Returns the name of the failure that a library's message tells; undefined if it tells none of the known. */
export function gssCode(message: string): AuthenticationCode | undefined {
  return TEXTS.find(([text]) => holds(message, text))?.[1];
}
