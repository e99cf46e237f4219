/** Gets a service ticket with a ticket-granting ticket, through as many realms as it takes. */

import { fallbackRealm, REFERRAL_REALM } from '../config/host-realm.js';
import { capaths, type Krb5Config } from '../config/krb5-config.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { KdcAnswer } from '../kdc/answer.js';
import { askKdcs } from '../kdc/ask.js';
import { formatPrincipal, type Principal, principalsEqual, tgsPrincipal } from '../principal.js';
import { type Clock, clockOffset, kdcNow } from './clock.js';
import { type Credential, tgtRealm } from './credential.js';
import { kdcRefusal, unreachable } from './kdc-failure.js';
import { realmPath } from './realm-path.js';
import { checkTgtTaken } from './refused-tgt.js';
import { isFresh, isValid } from './renewal.js';
import { buildTgsReq, openTgsRep } from './tgs-exchange.js';

/** Realms that a referral or a path may lead through; MIT Kerberos has the same bound. */
const MAX_HOPS = 10;

export interface ServiceTicketRequest {
  /** The client's ticket-granting ticket for its own realm. */
  readonly tgt: Credential;
  /** Ticket-granting tickets for other realms, by realm. What is obtained is added. */
  readonly crossRealmTgts: Map<string, Credential>;
  readonly etypes: readonly number[];
  readonly config: Krb5Config;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function ask(
  request: ServiceTicketRequest,
  tgt: Credential,
  server: Principal,
): Promise<KdcAnswer<Credential>> {
  const answer = await exchange(request, tgt, server);
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
): Promise<KdcAnswer<Credential>> {
  const { etypes, config, clock, signal } = request;
  const realm = tgtRealm(tgt.server) ?? tgt.server.realm;
  const send = async (now: number) => {
    const tgsRequest = buildTgsReq({ tgt, server, realm, etypes, now, canonicalize: true });
    return askKdcs(realm, tgsRequest.message, (answer) => openTgsRep(answer, tgsRequest), {
      config,
      signal,
    });
  };
  try {
    const answer = await send(kdcNow(clock));
    if (
      answer.type === 'reply' ||
      answer.error.errorCode !== KrbErrorCode.KRB_AP_ERR_SKEW ||
      !config.kdcTimesync
    ) {
      return answer;
    }
    // The error is not authenticated, so its time is only kept once a ticket was granted for it.
    const offsetMs = clockOffset(answer.error.stime);
    const second = await send(kdcNow({ offsetMs }));
    if (second.type === 'error') {
      return answer;
    }
    clock.offsetMs = offsetMs;
    return second;
  } catch (error) {
    throw unreachable(error, realm);
  }
}

function isUnknownServer(answer: KdcAnswer<Credential>): boolean {
  return (
    answer.type === 'error' && answer.error.errorCode === KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN
  );
}

/** A ticket-granting ticket for `target`: the one that is known, unless a new one is good for longer. */
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

/** Walks the realms between the client's and `target` (RFC 4120, section 3.3.1). */
async function walkTo(request: ServiceTicketRequest, target: string): Promise<Credential> {
  const { tgt, crossRealmTgts, config } = request;
  const home = tgt.client.realm;
  let current = tgt;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const realm = tgtRealm(current.server) ?? home;
    if (realm === target) {
      return current;
    }
    const path = realmPath(realm, target, capaths(config, realm, target));
    const next = await farthest(request, current, path.slice(1));
    const reached = tgtRealm(next.server);
    if (reached === undefined || reached === realm) {
      break;
    }
    crossRealmTgts.set(reached, next);
    current = next;
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
): Promise<Credential> {
  const realm = tgtRealm(current.server) ?? current.server.realm;
  let refused: KdcAnswer<Credential> | undefined;
  for (const candidate of [...path].reverse()) {
    const answer = await ask(request, current, tgsPrincipal(candidate, realm));
    if (answer.type === 'reply') {
      return answer.reply;
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

/** Asks the realm of `tgt` for `server` and follows referrals (RFC 6806, section 8). */
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
    if (answer.type === 'error') {
      return answer;
    }
    const reached = tgtRealm(answer.reply.server);
    if (reached === undefined || principalsEqual(answer.reply.server, wanted)) {
      return answer;
    }
    if (seen.has(reached)) {
      break;
    }
    if (reached === home) {
      // KDCs do not take another realm's word for their own clients.
      tgt = request.tgt;
    } else {
      request.crossRealmTgts.set(reached, answer.reply);
      tgt = answer.reply;
    }
  }
  throw new Krb5Error(
    LocalErrorCode.KRB5_GET_IN_TKT_LOOP,
    `the referrals for ${formatPrincipal(server)} lead in a circle or through more than ${MAX_HOPS} realms`,
  );
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
    const answer = await followReferrals(request, await tgtFor(request, server.realm), server);
    return granted(request, answer, server, server.realm);
  }
  const answer = await followReferrals(request, tgt, server);
  const host = server.components[1];
  const fallback = host === undefined ? undefined : fallbackRealm(config, host);
  if (!isUnknownServer(answer) || fallback === undefined || fallback === home) {
    return granted(request, answer, server, home);
  }
  let remote: Credential;
  try {
    remote = await tgtFor(request, fallback);
  } catch (error) {
    if (error instanceof Krb5Error && error.code === LocalErrorCode.KRB5_NO_TKT_IN_RLM) {
      // The guess was wrong; what the client's own realm said is the better answer.
      return granted(request, answer, server, home);
    }
    throw error;
  }
  return granted(request, await followReferrals(request, remote, server), server, fallback);
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
