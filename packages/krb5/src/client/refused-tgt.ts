/**
 * A client's ticket-granting ticket that its KDC refuses.
 *
 * A KDC does so after a change of its own key, for example.
 */
import type { Krb5Config } from '../config/krb5-config.js';
import { KrbErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { KdcAnswer } from '../kdc/answer.js';
import type { HeldTicket } from './held-ticket.js';
import { type KdcRequestContext, kdcRefusal } from './kdc-failure.js';
import type { TicketSource } from './ticket-source.js';

/**
 * The errors for a ticket that a KDC cannot open or does not take (RFC 4120, sections 3.2.3 and
 * 7.5.9). MIT's KDC sends KRB_ERR_GENERIC if it has no key of the ticket's version, and for many
 * other reasons.
 */
const REFUSALS: ReadonlySet<number> = new Set([
  KrbErrorCode.KDC_ERR_TGT_REVOKED,
  KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
  KrbErrorCode.KRB_AP_ERR_TKT_EXPIRED,
  KrbErrorCode.KRB_AP_ERR_TKT_NYV,
  KrbErrorCode.KRB_AP_ERR_NOT_US,
  KrbErrorCode.KRB_AP_ERR_MODIFIED,
  KrbErrorCode.KRB_AP_ERR_BADKEYVER,
  KrbErrorCode.KRB_AP_ERR_NOKEY,
  KrbErrorCode.KRB_ERR_GENERIC,
]);

/** The KDC of the client's own realm seems to refuse the client's ticket-granting ticket. */
export class TgtRefused extends Krb5Error {}

/** Tells whether a KDC seems to refuse the ticket that the request was made with. */
export function isTgtRefusal(answer: KdcAnswer<unknown>): boolean {
  return answer.type === 'error' && REFUSALS.has(answer.error.errorCode);
}

/** Throws TgtRefused if `answer` refuses the ticket that the request was made with. */
export function checkTgtTaken(answer: KdcAnswer<HeldTicket>, context: KdcRequestContext): void {
  if (answer.type === 'error' && isTgtRefusal(answer)) {
    const { code, message } = kdcRefusal(answer.error, context);
    throw new TgtRefused(code, message);
  }
}

/**
 * Returns the result of `get` with `tgt`. If that ticket is refused, `get` is called once more with
 * another one. The refusal is not authenticated: a forged one costs one exchange, and the old ticket
 * is kept until there is another. Throws as `get` does if the source has no other ticket, and as the
 * source does if it cannot get one.
 */
export async function withTgt<T>(
  { replaceTgt }: TicketSource,
  tgt: HeldTicket,
  get: (tgt: HeldTicket) => Promise<T>,
  config: Krb5Config,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    return await get(tgt);
  } catch (error) {
    if (!(error instanceof TgtRefused)) {
      throw error;
    }
    const other = await replaceTgt?.(tgt, config, signal);
    if (other === undefined) {
      throw error;
    }
    return get(other);
  }
}
