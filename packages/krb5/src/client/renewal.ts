/** When tickets are replaced, and what happens if that fails. */
import { Krb5Error } from '../errors.js';
import { type Clock, kdcNow } from '../time/clock.js';
import type { HeldTicket } from './held-ticket.js';

/** A ticket is replaced when a quarter of its life is left, but not before these last seconds. */
const RENEW_BEFORE_S = 600;
const RENEW_PART = 4;
/** Seconds before the next attempt after one that failed. */
const RETRY_AFTER_S = 30;
/**
 * The longest wait for a new ticket while the held one is valid, in milliseconds: enough to ask a
 * second KDC.
 */
const PATIENCE_MS = 2000;

/** Times of the last failed attempts, in seconds since 1970, by `Renewal.key`. */
export type FailedRenewals = Map<string, number>;

/** Returns the time to replace a ticket, in seconds since 1970. */
export function renewTime({ starttime, endtime }: HeldTicket): number {
  return endtime - Math.min(RENEW_BEFORE_S, (endtime - starttime) / RENEW_PART);
}

/** Tells whether a ticket need not be replaced yet. */
export function isFresh(ticket: HeldTicket, clock: Clock): boolean {
  return kdcNow(clock) / 1000 < renewTime(ticket);
}

/** Tells whether a ticket can still be used. */
export function isValid(ticket: HeldTicket, clock: Clock): boolean {
  return kdcNow(clock) / 1000 < ticket.endtime;
}

/** The replacement of one ticket. */
export interface Renewal {
  readonly failed: FailedRenewals;
  /** Tells the ticket apart from the client's other tickets, such as its service's name. */
  readonly key: string;
  /** The ticket that is replaced, if there is one. */
  readonly held: HeldTicket | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/**
 * Returns the ticket that `renew` gets, or the held one. Tickets are replaced early so that a KDC may
 * be away for a while. While the held ticket is valid, the wait is two seconds at most; if there is
 * no new ticket, the held one serves, and the next attempt comes half a minute later. Throws as
 * `renew` does if no valid ticket is held, or the signal's reason.
 */
export async function renewed(
  { failed, key, held, clock, signal }: Renewal,
  renew: (signal: AbortSignal | undefined) => Promise<HeldTicket>,
): Promise<HeldTicket> {
  if (held === undefined || !isValid(held, clock)) {
    return renew(signal);
  }
  const now = kdcNow(clock) / 1000;
  const failedAt = failed.get(key);
  if (failedAt !== undefined && Math.abs(now - failedAt) < RETRY_AFTER_S) {
    return held;
  }
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const ticket = await renew(
      signal === undefined ? patience : AbortSignal.any([signal, patience]),
    );
    failed.delete(key);
    return ticket;
  } catch (error) {
    failed.set(key, now);
    signal?.throwIfAborted();
    if ((error instanceof Krb5Error || patience.aborted) && isValid(held, clock)) {
      return held;
    }
    throw error;
  }
}
