/** Asks a realm's primary KDCs again where another KDC fails. */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { KdcChoice } from '../kdc/ask.js';
import type { Kdc } from '../kdc/kdc.js';
import { locatePrimaryKdcs } from '../kdc/locate.js';
import type { HeldTicket } from './held-ticket.js';
import { getInitialTicket, type InitialTicketRequest } from './initial-ticket.js';

/**
 * Gets a ticket-granting ticket as `getInitialTicket` does. If a KDC that is no primary one fails,
 * the primary KDCs alone are asked, from the beginning: a replica may not have a new key or a new
 * principal yet. Throws the first failure if no primary KDC answers, and otherwise the failure of
 * the primary KDC. libkrb5 does the same for initial tickets, and for them alone.
 */
export async function initialTicketAtPrimary(request: InitialTicketRequest): Promise<HeldTicket> {
  const all: KdcChoice = { only: undefined, answered: undefined };
  try {
    return await getInitialTicket({ ...request, kdcs: all });
  } catch (error) {
    if (!isFailureOfKdc(error)) {
      throw error;
    }
    const { client, config, signal } = request;
    const primaries = await locatePrimaryKdcs(client.realm, config, signal);
    if (primaries.length === 0 || isOneOf(primaries, all.answered)) {
      throw error;
    }
    return await getInitialTicket({
      ...request,
      kdcs: { only: primaries, answered: undefined },
    }).catch((second: unknown) => {
      throw isUnreachable(second) ? error : second;
    });
  }
}

function isFailureOfKdc(error: unknown): boolean {
  return error instanceof Krb5Error && !isUnreachable(error);
}

function isUnreachable(error: unknown): boolean {
  return (
    error instanceof Krb5Error &&
    (error.code === LocalErrorCode.KRB5_KDC_UNREACH ||
      error.code === LocalErrorCode.KRB5_REALM_CANT_RESOLVE)
  );
}

function isOneOf(kdcs: readonly Kdc[], answered: Kdc | undefined): boolean {
  return kdcs.some(({ host, port }) => host === answered?.host && port === answered.port);
}
