/** The error for a server's KRB-ERROR, with advice for the user. */
import type { HeldTicket } from '../client/held-ticket.js';
import type { TicketSource } from '../client/ticket-source.js';
import { KrbErrorCode } from '../error-codes.js';
import { Krb5Error, ServiceTicketRefused } from '../errors.js';
import { type KrbError, krbErrorText } from '../messages/krb-error.js';
import { formatPrincipal } from '../principal.js';
import { clockOffset } from '../time/clock.js';
import { differenceText, timeText } from '../time/time-text.js';

/** The ticket in a request, and where it came from. */
export interface UsedTicket {
  readonly credential: HeldTicket;
  readonly source: TicketSource;
  /** Whether the ticket is older than the context: from a cache, or got for an earlier context. */
  readonly wasAtHand: boolean;
}

/** The errors of a server that has no key for a ticket (RFC 4120, section 3.2.3). */
const NO_KEY_FOR_IT: ReadonlySet<number> = new Set([
  KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
  KrbErrorCode.KRB_AP_ERR_MODIFIED,
  KrbErrorCode.KRB_AP_ERR_BADKEYVER,
  KrbErrorCode.KRB_AP_ERR_NOKEY,
]);

/**
 * The error for an acceptor's KRB-ERROR. A KRB-ERROR is not authenticated, and yet it ends the
 * context.
 */
export function serverRefusal(error: KrbError, ticket: UsedTicket): Krb5Error {
  const server = formatPrincipal(ticket.credential.server);
  const text = krbErrorText(error);
  const message = `${refusalText(error, ticket, server)}${text}`;
  return ticket.wasAtHand && NO_KEY_FOR_IT.has(error.errorCode)
    ? new ServiceTicketRefused(error.errorCode, message)
    : new Krb5Error(error.errorCode, message);
}

function refusalText(error: KrbError, { credential, source }: UsedTicket, server: string): string {
  switch (error.errorCode) {
    case KrbErrorCode.KRB_AP_ERR_SKEW: {
      const { offsetMs } = source.clock;
      const seconds = (clockOffset(error.stime) - offsetMs) / 1000;
      // The request's time follows the KDC's clock if that is known.
      const other = offsetMs === 0 ? "this machine's" : "the KDC's";
      return `the server's clock differs from ${other} by ${differenceText(seconds)}: set both right`;
    }
    case KrbErrorCode.KRB_AP_ERR_TKT_EXPIRED:
      return `the server says that the ticket for ${server} has expired (it ends at ${timeText(credential.endtime)}): run kinit, or set the server's clock right`;
    case KrbErrorCode.KRB_AP_ERR_TKT_NYV:
      return `the server says that the ticket for ${server} is not valid yet: set the server's clock right`;
    case KrbErrorCode.KRB_AP_ERR_REPEAT:
      return `the server takes the request for a replay: try again`;
    case KrbErrorCode.KRB_AP_ERR_NOT_US:
    case KrbErrorCode.KRB_AP_ERR_NOKEY:
    case KrbErrorCode.KRB_AP_ERR_BADKEYVER:
    case KrbErrorCode.KRB_AP_ERR_MODIFIED:
    case KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY:
      return `the server has no key for ${server}, or another one: check the principal, and the server's keytab; after a new key, run kinit again`;
    default:
      return `the server refused the ticket for ${server}`;
  }
}
