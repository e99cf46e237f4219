/** The name of a failure of packages/krb5, as the error of an authentication has it. */
import type { AuthenticationCode } from '@remctl/core';
import { GssError, Krb5Error, LocalErrorCode } from '@remctl/krb5';

/** Nothing to authenticate with: no cache, no keytab, no ticket in it, or a file that cannot be read. */
const NO_CREDENTIALS: ReadonlySet<number> = new Set([
  LocalErrorCode.KRB5_CC_BADNAME,
  LocalErrorCode.KRB5_CC_UNKNOWN_TYPE,
  LocalErrorCode.KRB5_CC_NOTFOUND,
  LocalErrorCode.KRB5_CC_END,
  LocalErrorCode.KRB5_NO_TKT_SUPPLIED,
  LocalErrorCode.KRB5_CC_IO,
  LocalErrorCode.KRB5_CC_FORMAT,
  LocalErrorCode.KRB5_CC_NOSUPP,
  LocalErrorCode.KRB5_CCACHE_BADVNO,
  LocalErrorCode.KRB5_FCC_PERM,
  LocalErrorCode.KRB5_FCC_NOFILE,
  LocalErrorCode.KRB5_FCC_INTERNAL,
  LocalErrorCode.KRB5_KCM_MALFORMED_REPLY,
  LocalErrorCode.KRB5_KCM_RPC_ERROR,
  LocalErrorCode.KRB5_KCM_REPLY_TOO_BIG,
  LocalErrorCode.KRB5_KCM_NO_SERVER,
  LocalErrorCode.KRB5_KT_BADNAME,
  LocalErrorCode.KRB5_KT_UNKNOWN_TYPE,
  LocalErrorCode.KRB5_KT_NOTFOUND,
  LocalErrorCode.KRB5_KT_IOERR,
  LocalErrorCode.KRB5_KT_FORMAT,
  LocalErrorCode.KRB5_KEYTAB_BADVNO,
]);

/** Local errors that mean the same as one of RFC 4120. */
const RFC_NAMES: ReadonlyMap<number, AuthenticationCode> = new Map([
  [LocalErrorCode.KRB5_KDCREP_SKEW, 'KRB_AP_ERR_SKEW'],
  [LocalErrorCode.KRB5_MUTUAL_FAILED, 'KRB_AP_ERR_MUT_FAIL'],
  [LocalErrorCode.KRB5_PREAUTH_FAILED, 'KDC_ERR_PREAUTH_FAILED'],
  [LocalErrorCode.KRB5_CONFIG_ETYPE_NOSUPP, 'KDC_ERR_ETYPE_NOSUPP'],
]);

/** Returns the name; undefined if the error is none of packages/krb5. */
export function krb5Code(error: unknown): AuthenticationCode | undefined {
  if (error instanceof Krb5Error) {
    return NO_CREDENTIALS.has(error.code)
      ? 'GSS_S_NO_CRED'
      : (RFC_NAMES.get(error.code) ?? error.name);
  }
  return error instanceof GssError ? error.name : undefined;
}
