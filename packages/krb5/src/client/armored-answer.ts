/** A KDC's errors for a request in FAST, and answers outside it. */
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { type KrbError, krbErrorText } from '../messages/krb-error.js';
import type { Armor } from '../preauth/fast/armor.js';
import { openArmoredError } from '../preauth/fast/fast-response.js';
import type { KdcError } from '../preauth/method-data.js';
import { formatPrincipal, type Principal } from '../principal.js';
import { isTgtRefusal, TgtRefused } from './refused-tgt.js';

/** The armor of an exchange, and whose ticket it is made of. */
export interface WornArmor {
  readonly armor: Armor;
  readonly owner: Principal;
}

/** One answer to a request in FAST. */
export interface OuterError {
  /** The realm whose KDC was asked. */
  readonly realm: string;
  /** The nonce of the request. */
  readonly nonce: number;
  readonly error: KrbError;
  /** What `error` would mean if it could be trusted. */
  readonly meaning: Krb5Error;
}

/**
 * Returns the error in its armor. Anybody can have sent an error without armor, so it never makes the
 * client say more. It is thrown as TgtRefused if the KDC seems to refuse the armor ticket, as
 * KRB_AP_ERR_SKEW if the armor seems to come from another time, and else as KRB5_ERR_FAST_REQUIRED.
 */
export function outOfArmor(
  { armor, owner }: WornArmor,
  { realm, nonce, error, meaning }: OuterError,
): KdcError {
  const inner = openArmoredError(error, { armorKey: armor.key, nonce });
  if (inner !== undefined) {
    return inner;
  }
  if (isTgtRefusal({ type: 'error', error })) {
    throw new TgtRefused(
      error.errorCode,
      `the KDC of ${realm} does not take the armor ticket of ${formatPrincipal(owner)} for FAST${krbErrorText(error)}: get that ticket anew, and see that the KDC has FAST`,
    );
  }
  throw error.errorCode === KrbErrorCode.KRB_AP_ERR_SKEW
    ? meaning
    : notArmored(realm, meaning.message);
}

/** Makes the error for an answer outside FAST. `what` says what the answer was. */
export function notArmored(realm: string, what: string): Krb5Error {
  return new Krb5Error(
    LocalErrorCode.KRB5_ERR_FAST_REQUIRED,
    `the KDC of ${realm} answered without FAST, which the armor of this client requires (${what}): enable FAST on the KDC, or take armor and fast_ccache away`,
  );
}
