/** Gets a service ticket from the KDCs: decides which realm is asked. */
import { fallbackRealm, REFERRAL_REALM } from '../config/host-realm.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { KdcAnswer } from '../kdc/answer.js';
import type { Principal } from '../principal.js';
import { isUnknownServer } from './ask-tgs.js';
import { tgtForRealm } from './cross-realm-tgt.js';
import type { HeldTicket } from './held-ticket.js';
import { kdcRefusal } from './kdc-failure.js';
import { followReferrals } from './referrals.js';
import { isTgtRefusal } from './refused-tgt.js';
import type { TicketRequest } from './ticket-request.js';

/**
 * Gets a ticket for `server`. A server in the referral realm is looked for from the client's own
 * realm. Throws Krb5Error, or the signal's reason.
 */
export async function grantedTicket(
  request: TicketRequest,
  server: Principal,
): Promise<HeldTicket> {
  const { realm } = server;
  return realm === REFERRAL_REALM
    ? findService(request, server)
    : requireGranted(request, await askInRealm(request, realm, server), server, realm);
}

/**
 * Asks the client's own realm, which may refer to another one. If it does not know the server, the
 * realm named after the host's domain is asked.
 */
async function findService(request: TicketRequest, server: Principal): Promise<HeldTicket> {
  const { tgt, config } = request;
  const home = tgt.client.realm;
  const answer = await followReferrals(request, tgt, server);
  const host = server.components[1];
  const fallback = host === undefined ? undefined : fallbackRealm(config, host);
  const found =
    isUnknownServer(answer) && fallback !== undefined && fallback !== home
      ? await askGuessedRealm(request, fallback, server)
      : undefined;
  return found ?? requireGranted(request, answer, server, home);
}

/**
 * Gets a ticket from a realm that is only a guess. Returns undefined if there is no way to it: then
 * the answer of the client's own realm is the better one.
 */
async function askGuessedRealm(
  request: TicketRequest,
  realm: string,
  server: Principal,
): Promise<HeldTicket | undefined> {
  try {
    return requireGranted(request, await askInRealm(request, realm, server), server, realm);
  } catch (error) {
    if (error instanceof Krb5Error && error.code === LocalErrorCode.KRB5_NO_TKT_IN_RLM) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Asks `realm` for `server`. If a KDC there refuses a ticket-granting ticket that was kept, another
 * one is got and the realm is asked once more.
 */
async function askInRealm(
  request: TicketRequest,
  realm: string,
  server: Principal,
): Promise<KdcAnswer<HeldTicket>> {
  const { crossRealmTgts } = request;
  const kept = crossRealmTgts.get(realm);
  const tgt = await tgtForRealm(request, realm);
  const answer = await followReferrals(request, tgt, server);
  if (tgt !== kept || !isTgtRefusal(answer)) {
    return answer;
  }
  if (crossRealmTgts.get(realm) === kept) {
    crossRealmTgts.delete(realm);
  }
  return followReferrals(request, await tgtForRealm(request, realm), server);
}

/** Returns the ticket in `answer`. Throws the error for a refusal. */
function requireGranted(
  { tgt, etypes }: TicketRequest,
  answer: KdcAnswer<HeldTicket>,
  server: Principal,
  realm: string,
): HeldTicket {
  if (answer.type === 'error') {
    const context = { realm, client: tgt.client, server: { ...server, realm }, etypes };
    throw kdcRefusal(answer.error, context);
  }
  return answer.reply;
}
