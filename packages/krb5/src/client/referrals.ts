/** Follows referrals to a service's realm (RFC 6806, section 8). */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { KdcAnswer } from '../kdc/answer.js';
import { formatPrincipal, type Principal, principalsEqual } from '../principal.js';
import { trace } from '../trace/trace.js';
import { askTgs } from './ask-tgs.js';
import { MAX_HOPS } from './cross-realm-tgt.js';
import { grantingRealm, type HeldTicket, tgtRealm } from './held-ticket.js';
import type { TicketRequest } from './ticket-request.js';

/** One realm's answer about a service. */
type RealmAnswer =
  | { readonly type: 'final'; readonly answer: KdcAnswer<HeldTicket> }
  | { readonly type: 'referral'; readonly realm: string; readonly tgt: HeldTicket };

/**
 * Asks the realm that `start` is for about `server`, and every realm that it is referred to. The
 * tickets of referrals serve this request alone. Returns the ticket, or the last realm's refusal.
 * Throws Krb5Error KRB5_GET_IN_TKT_LOOP if the referrals do not end, and as `askTgs` does.
 */
export async function followReferrals(
  request: TicketRequest,
  start: HeldTicket,
  server: Principal,
): Promise<KdcAnswer<HeldTicket>> {
  const home = request.tgt.client.realm;
  const seen = new Set<string>();
  let tgt = start;
  for (let hop = 0; hop <= MAX_HOPS; hop++) {
    const realm = grantingRealm(tgt);
    seen.add(realm);
    const said = await askRealm(request, tgt, { ...server, realm });
    if (said.type === 'final') {
      return said.answer;
    }
    trace(() => `Following referral TGT ${formatPrincipal(said.tgt.server)}`);
    if (seen.has(said.realm)) {
      break;
    }
    // Home's tickets are the client's own: no other realm's word is taken for them.
    tgt = said.realm === home ? request.tgt : said.tgt;
  }
  throw new Krb5Error(
    LocalErrorCode.KRB5_GET_IN_TKT_LOOP,
    `the referrals for ${formatPrincipal(server)} lead in a circle or through more than ${MAX_HOPS} realms`,
  );
}

/** Asks one realm. `wanted` is in that realm. */
async function askRealm(
  request: TicketRequest,
  tgt: HeldTicket,
  wanted: Principal,
): Promise<RealmAnswer> {
  const answer = await askTgs(request, tgt, wanted);
  if (answer.type === 'error') {
    return { type: 'final', answer };
  }
  const { server } = answer.reply;
  if (sameComponents(server, wanted)) {
    // The realm is spelled as it was asked for.
    return { type: 'final', answer: { type: 'reply', reply: { ...answer.reply, server: wanted } } };
  }
  const realm = tgtRealm(server);
  if (realm !== undefined && realm !== wanted.realm) {
    return { type: 'referral', realm, tgt: answer.reply };
  }
  // Active Directory may answer with another of the account's names, or with a ticket for its own
  // realm.
  return { type: 'final', answer: await askTgs(request, tgt, wanted, 'this-name') };
}

/** Tells whether two principals have the same components; their realms may differ. */
function sameComponents(one: Principal, other: Principal): boolean {
  return principalsEqual({ ...one, realm: other.realm }, other);
}
