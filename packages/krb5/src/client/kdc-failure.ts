/** Errors for a KDC's refusal or silence, with advice for the user. */
import { etypeName } from '../crypto/index.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { KdcUnreachable } from '../kdc/kdc-unreachable.js';
import { KdcLookupFailed } from '../kdc/srv-records.js';
import { type KrbError, krbErrorText } from '../messages/krb-error.js';
import { formatPrincipal, type Principal } from '../principal.js';
import { differenceText } from '../time/time-text.js';

/** One request: who asked which realm for what. */
export interface KdcRequestContext {
  readonly realm: string;
  readonly client: Principal;
  readonly server: Principal;
  /** The encryption types that the request offered, the best first. */
  readonly etypes: readonly number[];
}

function advice(error: KrbError, { realm, client, server, etypes }: KdcRequestContext): string {
  const clientName = formatPrincipal(client);
  const serverName = formatPrincipal(server);
  switch (error.errorCode) {
    case KrbErrorCode.KDC_ERR_C_PRINCIPAL_UNKNOWN:
      return `the KDC of ${realm} does not know the client ${clientName}: check its name and realm`;
    case KrbErrorCode.KDC_ERR_WRONG_REALM:
      return `the KDC of ${realm} says that ${clientName} is a client of the realm ${error.crealm ?? '(none)'}: name that realm after the @, or set canonicalize = true in krb5.conf`;
    case KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN:
      return `the KDC of ${realm} does not know the service ${serverName}: check the host's name and the principal`;
    case KrbErrorCode.KDC_ERR_PREAUTH_FAILED:
      return `the KDC of ${realm} does not accept the key of ${clientName}: the password is wrong, or the keytab is older than the principal's key`;
    case KrbErrorCode.KRB_AP_ERR_SKEW: {
      const seconds = error.stime - Date.now() / 1000;
      return `this machine's clock differs from the KDC's of ${realm} by ${differenceText(seconds)} (${seconds > 0 ? 'behind' : 'ahead'}): set it right`;
    }
    case KrbErrorCode.KRB_AP_ERR_TKT_EXPIRED:
      return `the KDC of ${realm} says that the ticket-granting ticket of ${clientName} has expired: run kinit, or give a keytab`;
    case KrbErrorCode.KDC_ERR_TGT_REVOKED:
    case KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY:
    case KrbErrorCode.KRB_AP_ERR_NOT_US:
    case KrbErrorCode.KRB_AP_ERR_MODIFIED:
    case KrbErrorCode.KRB_AP_ERR_BADKEYVER:
    case KrbErrorCode.KRB_AP_ERR_NOKEY:
      return `the KDC of ${realm} does not take the ticket-granting ticket of ${clientName}, as after a change of its own key: run kinit, or give a keytab`;
    case KrbErrorCode.KRB_AP_ERR_BADADDR:
      return `the ticket of ${clientName} is good from other addresses than the KDC of ${realm} sees: set noaddresses = true in krb5.conf, and run kinit again if it came from a cache`;
    case KrbErrorCode.KDC_ERR_KEY_EXPIRED:
      return `the password of ${clientName} has expired: change it with kpasswd`;
    case KrbErrorCode.KDC_ERR_CLIENT_REVOKED:
      return `the KDC of ${realm} has locked or disabled ${clientName}`;
    case KrbErrorCode.KDC_ERR_NAME_EXP:
      return `the principal ${clientName} has expired`;
    case KrbErrorCode.KDC_ERR_SERVICE_EXP:
      return `the principal ${serverName} has expired`;
    case KrbErrorCode.KDC_ERR_ETYPE_NOSUPP:
      return `the KDC of ${realm} has no encryption type in common with this client for ${serverName} (it was offered ${etypes.map(etypeName).join(', ')}): have keys made with an AES type, or see permitted_enctypes`;
    case KrbErrorCode.KDC_ERR_POLICY:
      return `the policy of the KDC of ${realm} forbids ${clientName} a ticket for ${serverName}`;
    default:
      return `the KDC of ${realm} refused ${clientName} a ticket for ${serverName}`;
  }
}

/** Makes the error for a KRB-ERROR from a KDC. The KDC's own text is added if it has one. */
export function kdcRefusal(error: KrbError, context: KdcRequestContext): Krb5Error {
  const text = krbErrorText(error);
  return new Krb5Error(error.errorCode, `${advice(error, context)}${text}`);
}

/**
 * Turns KdcUnreachable and KdcLookupFailed into a Krb5Error that names the realm. Gives back every
 * other error as it is.
 */
export function unreachable(error: unknown, realm: string): unknown {
  if (error instanceof KdcLookupFailed) {
    return new Krb5Error(
      LocalErrorCode.KRB5_REALM_CANT_RESOLVE,
      `krb5.conf has no kdc for ${realm}, and DNS does not say where one is (${error.message}): name it under [realms], or set the name servers right`,
      { cause: error },
    );
  }
  return error instanceof KdcUnreachable
    ? new Krb5Error(
        LocalErrorCode.KRB5_KDC_UNREACH,
        error.cause === undefined
          ? `no KDC of ${realm} can be reached: ${error.message}`
          : `this machine has nothing left to ask a KDC of ${realm} with: ${error.message}`,
        { cause: error },
      )
    : error;
}
