/** When tickets are replaced, and what happens where that fails. */
import { Krb5Error } from '../errors.js';
import { type Clock, kdcNow } from '../time/clock.js';
import type { HeldTicket } from './held-ticket.js';

/** A ticket is replaced when a quarter of its life is left, or this many seconds. */
const RENEW_BEFORE_S = 600;
const RENEW_PART = 4;
/** Seconds before the next attempt after one that failed. */
const RETRY_AFTER_S = 30;
/** Milliseconds that are waited for a new ticket while the held one does; enough for a second KDC. */
const PATIENCE_MS = 2000;

/** When attempts to replace tickets failed last, in seconds since 1970, by what the tickets are for. */
export type FailedRenewals = Map<string, number>;

/** When a ticket is to be replaced, in seconds since 1970. */
export function renewTime({ starttime, endtime }: HeldTicket): number {
  return endtime - Math.min(RENEW_BEFORE_S, (endtime - starttime) / RENEW_PART);
}

/** Whether a ticket is not to be replaced yet. */
export function isFresh(ticket: HeldTicket, clock: Clock): boolean {
  return kdcNow(clock) / 1000 < renewTime(ticket);
}

/** Whether a ticket can still be used. */
export function isValid(ticket: HeldTicket, clock: Clock): boolean {
  return kdcNow(clock) / 1000 < ticket.endtime;
}

export interface Renewal {
  readonly failed: FailedRenewals;
  /** What the ticket is for. */
  readonly key: string;
  /** The ticket to be replaced, if there is one. */
  readonly held: HeldTicket | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/**
 * The ticket that `renew` gets. Tickets are replaced early so that a KDC may be away for a while: as long as
 * the held ticket is valid, a KDC is not waited for long, and where there is no new ticket the held one does,
 * with a pause before the next attempt. Rejects as `renew` where no valid ticket is held, and with the
 * signal's reason.
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
