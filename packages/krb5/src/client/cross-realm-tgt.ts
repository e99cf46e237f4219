/** Ticket-granting tickets for other realms (RFC 4120, section 3.3.1). */
import { capaths } from '../config/krb5-config.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { KdcError } from '../kdc/answer.js';
import { tgsPrincipal } from '../principal.js';
import { askTgs, isUnknownServer } from './ask-tgs.js';
import { grantingRealm, type HeldTicket, tgtRealm } from './held-ticket.js';
import { kdcRefusal } from './kdc-failure.js';
import { realmPath } from './realm-path.js';
import { isFresh, isValid } from './renewal.js';
import type { TicketRequest } from './ticket-request.js';

/** The most realms on a path or a row of referrals; MIT Kerberos has the same bound. */
export const MAX_HOPS = 10;

/**
 * Returns a ticket-granting ticket for `target`: the kept one, unless it has nearly expired and a
 * new one could be good for longer. Throws Krb5Error KRB5_NO_TKT_IN_RLM if there is no way to the
 * realm, KRB5_GET_IN_TKT_LOOP if the way does not end, and as `askTgs` does.
 */
export async function tgtForRealm(request: TicketRequest, target: string): Promise<HeldTicket> {
  const { tgt, crossRealmTgts, clock } = request;
  const kept = crossRealmTgts.get(target);
  if (kept === undefined || !isValid(kept, clock)) {
    return walkTo(request, target);
  }
  return isFresh(kept, clock) || tgt.endtime <= kept.endtime
    ? kept
    : replaceKept(request, target, kept);
}

/** Gets a new ticket for `target`. If that fails, the kept one serves while it is valid. */
async function replaceKept(
  request: TicketRequest,
  target: string,
  kept: HeldTicket,
): Promise<HeldTicket> {
  try {
    return await walkTo(request, target);
  } catch (error) {
    if (error instanceof Krb5Error && isValid(kept, request.clock)) {
      return kept;
    }
    throw error;
  }
}

/**
 * Walks the realms between the client's and `target`. Keeps the ticket for `target`, but no ticket
 * of a realm on the way: another target may have another way there.
 */
async function walkTo(request: TicketRequest, target: string): Promise<HeldTicket> {
  const home = request.tgt.client.realm;
  const seen = new Set([home]);
  let current = request.tgt;
  let wasAsked = true;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    if (grantingRealm(current) === target) {
      if (current !== request.tgt && wasAsked) {
        request.crossRealmTgts.set(target, current);
      }
      return current;
    }
    const { tgt, asked } = await stepTowards(request, current, target);
    current = tgt;
    const reached = tgtRealm(tgt.server);
    // A KDC may name another realm than was asked for: that serves this request alone.
    wasAsked &&= reached === asked;
    // Home's tickets are the client's own, and a realm that was passed is no step forward.
    if (reached === undefined || seen.has(reached)) {
      break;
    }
    seen.add(reached);
  }
  throw new Krb5Error(
    LocalErrorCode.KRB5_GET_IN_TKT_LOOP,
    `the way from ${home} to ${target} leads through too many realms, or in a circle: see capaths in krb5.conf`,
  );
}

/** Gets the ticket for the realm nearest to `target` that the current KDC grants one for. */
async function stepTowards(
  request: TicketRequest,
  current: HeldTicket,
  target: string,
): Promise<{ readonly tgt: HeldTicket; readonly asked: string }> {
  const realm = grantingRealm(current);
  const [, ...ahead] = realmPath(realm, target, capaths(request.config, realm, target));
  let refusal: KdcError | undefined;
  for (const asked of ahead.reverse()) {
    // Asked for any name, Active Directory gives a ticket for itself if its own realm's name is in
    // the wrong case: no step forward.
    const answer = await askTgs(request, current, tgsPrincipal(asked, realm), 'any-realm');
    if (answer.type === 'reply') {
      return { tgt: answer.reply, asked };
    }
    refusal ??= answer;
    if (!isUnknownServer(answer)) {
      break;
    }
  }
  throw noWay(request, realm, target, refusal);
}

function noWay(
  { tgt, etypes }: TicketRequest,
  realm: string,
  target: string,
  refusal: KdcError | undefined,
): Krb5Error {
  if (refusal !== undefined && !isUnknownServer(refusal)) {
    const server = tgsPrincipal(target, realm);
    return kdcRefusal(refusal.error, { realm, client: tgt.client, server, etypes });
  }
  return new Krb5Error(
    LocalErrorCode.KRB5_NO_TKT_IN_RLM,
    `the KDC of ${realm} knows no way to the realm ${target}: check the server's realm (domain_realm in krb5.conf), or have the realms trust each other`,
  );
}
