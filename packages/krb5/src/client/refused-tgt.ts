/** A client's ticket-granting ticket that its KDC refuses, as after a change of the KDC's key. */
import type { Krb5Config } from '../config/krb5-config.js';
import { KrbErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { KdcAnswer } from '../kdc/answer.js';
import type { HeldTicket } from './held-ticket.js';
import { type KdcRequestContext, kdcRefusal } from './kdc-failure.js';
import type { TicketSource } from './ticket-source.js';

/**
 * What a KDC says of a ticket that it cannot open or does not take (RFC 4120, sections 3.2.3 and
 * 7.5.9). MIT's KDC says KRB_ERR_GENERIC where it has no key of the ticket's version, and for much
 * else.
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

/** The KDC of the client's own realm does not take the client's ticket-granting ticket, or so it seems. */
export class TgtRefused extends Krb5Error {}

/** Whether a KDC says, or seems to say, that it does not take the ticket that the request was made with. */
export function isTgtRefusal(answer: KdcAnswer<unknown>): boolean {
  return answer.type === 'error' && REFUSALS.has(answer.error.errorCode);
}

/** Throws TgtRefused where `answer` says that of the ticket that the request was made with. */
export function checkTgtTaken(answer: KdcAnswer<HeldTicket>, context: KdcRequestContext): void {
  if (answer.type === 'error' && isTgtRefusal(answer)) {
    const { code, message } = kdcRefusal(answer.error, context);
    throw new TgtRefused(code, message);
  }
}

/**
 * What `get` gets with `tgt`; where that is refused, what it gets with another one, once. An error
 * is not authenticated: a forged one costs one exchange, and the old ticket is kept until there is
 * another. Rejects as `get` where the source has no other ticket, and as the source where it cannot
 * get one.
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
