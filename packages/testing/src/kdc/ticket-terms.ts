/** How long a ticket lasts, and how long it can be renewed (RFC 4120, sections 3.1.3 and 3.3.3). */
import { KrbErrorCode } from '@remctl/krb5';
import { KdcOption, type KdcReqBody } from '@remctl/krb5/testing';
import { KdcRefusal } from './kdc-refusal.js';
import type { KdcState } from './kdc-state.js';
import type { KnownPrincipal } from './principals.js';

/** A ticket's times, in seconds since 1970. */
export interface TicketTimes {
  readonly starttime: number;
  readonly endtime: number;
  /** Undefined if the ticket cannot be renewed. */
  readonly renewTill: number | undefined;
}

/** What bounds a ticket besides the request. */
export interface TicketBounds {
  /** Seconds since 1970. */
  readonly now: number;
  /** The client, if it is of this realm, and the service. */
  readonly principals: readonly KnownPrincipal[];
  /** The latest end, in seconds since 1970: the end of the ticket that was shown. */
  readonly latestEnd?: number;
  /**
   * The latest end of renewals, in seconds since 1970; undefined if the ticket that was shown cannot
   * be renewed.
   */
  readonly latestRenewal: number | undefined;
}

/** "The special KerberosTime value 19700101000000Z" asks for the longest ticket (section 5.4.1). */
function timeOrNever(time: number | undefined): number {
  return time === undefined || time === 0 ? Number.POSITIVE_INFINITY : time;
}

/**
 * Returns the times of a ticket. Throws KdcRefusal KDC_ERR_NEVER_VALID if it would end before it
 * starts, KDC_ERR_CANNOT_POSTDATE if it is to start later.
 */
export function ticketTimes(kdc: KdcState, body: KdcReqBody, bounds: TicketBounds): TicketTimes {
  const { now, principals, latestEnd = Number.POSITIVE_INFINITY } = bounds;
  if (body.from !== undefined && body.from > now + kdc.clockskew) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_CANNOT_POSTDATE,
      'this KDC issues no tickets that start later',
    );
  }
  const longest = shortest(kdc.maxLifetime, principals, ({ policy }) => policy.maxLifetime);
  const till = timeOrNever(body.till);
  const endtime = Math.min(till, latestEnd, now + longest);
  if (endtime <= now) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_NEVER_VALID,
      'the requested end of the ticket has passed',
    );
  }
  return { starttime: now, endtime, renewTill: renewTill(kdc, body, bounds, till, endtime) };
}

function renewTill(
  kdc: KdcState,
  { kdcOptions, rtime }: KdcReqBody,
  { now, principals, latestRenewal }: TicketBounds,
  till: number,
  endtime: number,
): number | undefined {
  let wanted: number | undefined;
  if ((kdcOptions & KdcOption.RENEWABLE) !== 0) {
    wanted = timeOrNever(rtime);
  } else if ((kdcOptions & KdcOption.RENEWABLE_OK) !== 0 && till > endtime) {
    // The client takes a renewable ticket in place of a longer one.
    wanted = till;
  }
  if (wanted === undefined || latestRenewal === undefined) {
    return undefined;
  }
  const longest = shortest(
    kdc.maxRenewableLifetime,
    principals,
    ({ policy }) => policy.maxRenewableLifetime,
  );
  const end = Math.min(wanted, now + longest, latestRenewal);
  return end > endtime ? end : undefined;
}

function shortest(
  longest: number,
  principals: readonly KnownPrincipal[],
  limit: (principal: KnownPrincipal) => number | undefined,
): number {
  return Math.min(longest, ...principals.map((each) => limit(each) ?? longest));
}
