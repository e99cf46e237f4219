/** Gets a service ticket with a ticket-granting ticket, through as many realms as it takes. */

import { fallbackRealm, REFERRAL_REALM } from '../config/host-realm.js';
import { capaths, type Krb5Config } from '../config/krb5-config.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { KdcAnswer } from '../kdc/answer.js';
import { askKdcs } from '../kdc/ask.js';
import { formatPrincipal, type Principal, principalsEqual, tgsPrincipal } from '../principal.js';
import { type Clock, clockOffset, kdcNow, setClock } from './clock.js';
import { type Credential, tgtRealm } from './credential.js';
import { permittedEtypes } from './etypes.js';
import { kdcRefusal, unreachable } from './kdc-failure.js';
import { realmPath } from './realm-path.js';
import { checkTgtTaken, isTgtRefusal } from './refused-tgt.js';
import { isFresh, isValid } from './renewal.js';
import { checkReply, type OpenedReply } from './reply-check.js';
import { buildTgsReq, openTgsRep } from './tgs-exchange.js';

/** Realms that a referral or a path may lead through; MIT Kerberos has the same bound. */
const MAX_HOPS = 10;

export interface ServiceTicketRequest {
  /** The client's ticket-granting ticket for its own realm. */
  readonly tgt: Credential;
  /**
   * Ticket-granting tickets for other realms, by the realm that was asked for. The way there was
   * this client's to choose, by capaths or by the realms' names. A referral's ticket is for a realm
   * that a KDC chose, and is never kept.
   */
  readonly crossRealmTgts: Map<string, Credential>;
  readonly etypes: readonly number[];
  readonly config: Krb5Config;
  readonly clock: Clock;
  /** Called once the clock has been set by a KDC's reply. */
  readonly onClockSet: () => void;
  readonly signal: AbortSignal;
}

async function ask(
  request: ServiceTicketRequest,
  tgt: Credential,
  server: Principal,
  canonicalize = true,
): Promise<KdcAnswer<Credential>> {
  const answer = await exchange(request, tgt, server, canonicalize);
  if (tgt === request.tgt) {
    const { etypes } = request;
    checkTgtTaken(answer, { realm: server.realm, client: tgt.client, server, etypes });
  }
  return answer;
}

async function exchange(
  request: ServiceTicketRequest,
  tgt: Credential,
  server: Principal,
  canonicalize: boolean,
): Promise<KdcAnswer<Credential>> {
  const { etypes, config, clock, signal } = request;
  const realm = tgtRealm(tgt.server) ?? tgt.server.realm;
  const send = async (now: number): Promise<KdcAnswer<OpenedReply>> => {
    const tgsRequest = buildTgsReq({ tgt, server, realm, etypes, now, canonicalize });
    const open = (answer: Uint8Array) => openTgsRep(answer, tgsRequest);
    const answer = await askKdcs(realm, tgsRequest.message, open, { config, signal });
    if (answer.type === 'reply') {
      const { clockskew } = config;
      const permitted = permittedEtypes(config);
      checkReply(answer.reply, {
        realm,
        server: canonicalize ? undefined : server,
        till: tgsRequest.till,
        permitted,
        now: now / 1000,
        clockskew,
      });
    }
    return answer;
  };
  try {
    const answer = await send(kdcNow(clock));
    if (
      answer.type === 'reply' ||
      answer.error.errorCode !== KrbErrorCode.KRB_AP_ERR_SKEW ||
      !config.kdcTimesync
    ) {
      return credentialOf(answer);
    }
    // The error is not authenticated: its time is tried once, and what is kept is the time of the reply.
    const said = kdcNow({ offsetMs: clockOffset(answer.error.stime) });
    const second = await send(said);
    if (second.type === 'error') {
      return answer;
    }
    // A KDC may leave the start out, which is then that of the client's first ticket, and no news.
    const { starttime } = second.reply.credential;
    const isNow = Math.abs(starttime - said / 1000) <= config.clockskew;
    if (isNow && setClock(clock, starttime)) {
      request.onClockSet();
    }
    return credentialOf(second);
  } catch (error) {
    throw unreachable(error, realm);
  }
}

function credentialOf(answer: KdcAnswer<OpenedReply>): KdcAnswer<Credential> {
  return answer.type === 'error' ? answer : { type: 'reply', reply: answer.reply.credential };
}

function isUnknownServer(answer: KdcAnswer<Credential>): boolean {
  return (
    answer.type === 'error' && answer.error.errorCode === KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN
  );
}

/** A ticket-granting ticket for `target`: the one that is kept, unless a new one is good for longer. */
async function tgtFor(request: ServiceTicketRequest, target: string): Promise<Credential> {
  const { tgt, crossRealmTgts, clock } = request;
  const known = crossRealmTgts.get(target);
  if (known === undefined || !isValid(known, clock)) {
    return walkTo(request, target);
  }
  if (isFresh(known, clock) || tgt.endtime <= known.endtime) {
    return known;
  }
  try {
    return await walkTo(request, target);
  } catch (error) {
    if (error instanceof Krb5Error && isValid(known, clock)) {
      return known;
    }
    throw error;
  }
}

/**
 * Walks the realms between the client's and `target` (RFC 4120, section 3.3.1). Keeps the ticket
 * for `target`, and none of a realm on the way: another target may have another way there.
 */
async function walkTo(request: ServiceTicketRequest, target: string): Promise<Credential> {
  const { tgt, crossRealmTgts, config } = request;
  const home = tgt.client.realm;
  const seen = new Set([home]);
  let current = tgt;
  let wasAsked = true;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const realm = tgtRealm(current.server) ?? home;
    if (realm === target) {
      if (current !== tgt && wasAsked) {
        crossRealmTgts.set(target, current);
      }
      return current;
    }
    const path = realmPath(realm, target, capaths(config, realm, target));
    const { credential, asked } = await farthest(request, current, path.slice(1));
    current = credential;
    const reached = tgtRealm(current.server);
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

/** The ticket for the realm nearest to the path's end that the current KDC grants one for. */
async function farthest(
  request: ServiceTicketRequest,
  current: Credential,
  path: readonly string[],
): Promise<{ readonly credential: Credential; readonly asked: string }> {
  const realm = tgtRealm(current.server) ?? current.server.realm;
  let refused: KdcAnswer<Credential> | undefined;
  for (const candidate of [...path].reverse()) {
    const answer = await ask(request, current, tgsPrincipal(candidate, realm));
    if (answer.type === 'reply') {
      return { credential: answer.reply, asked: candidate };
    }
    refused ??= answer;
    if (!isUnknownServer(answer)) {
      break;
    }
  }
  const target = path.at(-1) ?? realm;
  const { client } = current;
  if (refused?.type === 'error' && !isUnknownServer(refused)) {
    const { etypes } = request;
    throw kdcRefusal(refused.error, { realm, client, server: tgsPrincipal(target, realm), etypes });
  }
  throw new Krb5Error(
    LocalErrorCode.KRB5_NO_TKT_IN_RLM,
    `the KDC of ${realm} knows no way to the realm ${target}: check the server's realm (domain_realm in krb5.conf), or have the realms trust each other`,
  );
}

/** The ticket in `answer` as the one for `wanted`: its realm is spelled as it was asked for. */
function named(answer: KdcAnswer<Credential>, wanted: Principal): KdcAnswer<Credential> {
  return answer.type === 'error'
    ? answer
    : { type: 'reply', reply: { ...answer.reply, server: wanted } };
}

/** Whether two principals have the same components, in whatever realm. */
function sameComponents(one: Principal, other: Principal): boolean {
  return principalsEqual({ ...one, realm: other.realm }, other);
}

/**
 * Asks the realm of `tgt` for `server` and follows referrals (RFC 6806, section 8). The tickets of
 * referrals serve this request alone.
 */
async function followReferrals(
  request: ServiceTicketRequest,
  start: Credential,
  server: Principal,
): Promise<KdcAnswer<Credential>> {
  const home = tgtRealm(request.tgt.server) ?? request.tgt.client.realm;
  let tgt = start;
  const seen = new Set<string>();
  for (let hop = 0; hop <= MAX_HOPS; hop++) {
    const realm = tgtRealm(tgt.server) ?? tgt.server.realm;
    seen.add(realm);
    const wanted = { ...server, realm };
    const answer = await ask(request, tgt, wanted);
    if (answer.type === 'error' || sameComponents(answer.reply.server, wanted)) {
      return named(answer, wanted);
    }
    const reached = tgtRealm(answer.reply.server);
    if (reached === undefined || reached === realm) {
      // Active Directory may answer with another of the account's names, or with a ticket for its
      // own realm.
      return ask(request, tgt, wanted, false);
    }
    if (seen.has(reached)) {
      break;
    }
    // Home's tickets are the client's own: no other realm's word is taken for them.
    tgt = reached === home ? request.tgt : answer.reply;
  }
  throw new Krb5Error(
    LocalErrorCode.KRB5_GET_IN_TKT_LOOP,
    `the referrals for ${formatPrincipal(server)} lead in a circle or through more than ${MAX_HOPS} realms`,
  );
}

/**
 * Asks for `server` with a ticket-granting ticket for `realm`. If a KDC there refuses one that was
 * kept, another is got and it is asked once more.
 */
async function askInRealm(
  request: ServiceTicketRequest,
  realm: string,
  server: Principal,
): Promise<KdcAnswer<Credential>> {
  const { crossRealmTgts } = request;
  const kept = crossRealmTgts.get(realm);
  const tgt = await tgtFor(request, realm);
  const answer = await followReferrals(request, tgt, server);
  if (tgt !== kept || !isTgtRefusal(answer)) {
    return answer;
  }
  if (crossRealmTgts.get(realm) === kept) {
    crossRealmTgts.delete(realm);
  }
  return followReferrals(request, await tgtFor(request, realm), server);
}

/**
 * Gets a ticket for `server`. Where its realm is the referral realm, the client's own KDC is asked, which
 * may refer to another; then the realm named after the host's domain. Throws Krb5Error.
 */
export async function getServiceTicket(
  request: ServiceTicketRequest,
  server: Principal,
): Promise<Credential> {
  const { tgt, config } = request;
  const home = tgtRealm(tgt.server) ?? tgt.client.realm;
  if (server.realm !== REFERRAL_REALM) {
    const answer = await askInRealm(request, server.realm, server);
    return granted(request, answer, server, server.realm);
  }
  const answer = await followReferrals(request, tgt, server);
  const host = server.components[1];
  const fallback = host === undefined ? undefined : fallbackRealm(config, host);
  if (!isUnknownServer(answer) || fallback === undefined || fallback === home) {
    return granted(request, answer, server, home);
  }
  try {
    return granted(request, await askInRealm(request, fallback, server), server, fallback);
  } catch (error) {
    if (error instanceof Krb5Error && error.code === LocalErrorCode.KRB5_NO_TKT_IN_RLM) {
      // The guess was wrong; what the client's own realm said is the better answer.
      return granted(request, answer, server, home);
    }
    throw error;
  }
}

function granted(
  { tgt, etypes }: ServiceTicketRequest,
  answer: KdcAnswer<Credential>,
  server: Principal,
  realm: string,
): Credential {
  if (answer.type === 'reply') {
    return answer.reply;
  }
  const context = { realm, client: tgt.client, server: { ...server, realm }, etypes };
  throw kdcRefusal(answer.error, context);
}
