/** Asks one realm's ticket-granting service for one ticket (RFC 4120, section 3.3). */
import { etypeName } from '../crypto/index.js';
import { KrbErrorCode } from '../error-codes.js';
import type { KdcAnswer, KdcError } from '../kdc/answer.js';
import { askKdcs } from '../kdc/ask.js';
import { formatPrincipal, type Principal } from '../principal.js';
import { clockOffset, kdcNow, setClock } from '../time/clock.js';
import { trace } from '../trace/trace.js';
import { codeWords, etypeWords, ticketWords } from '../trace/words.js';
import { grantingRealm, type HeldTicket } from './held-ticket.js';
import { unreachable } from './kdc-failure.js';
import { permittedEtypes } from './offered-etypes.js';
import { checkTgtTaken } from './refused-tgt.js';
import { checkReply, type OpenedReply } from './reply-check.js';
import { buildTgsReq, openTgsRep } from './tgs-exchange.js';
import type { TicketRequest } from './ticket-request.js';

/** One ticket that is asked for. */
interface Question {
  /** The realm that is asked. */
  readonly realm: string;
  readonly tgt: HeldTicket;
  readonly server: Principal;
  readonly answers: Answers;
}

/**
 * What a KDC may answer with: a ticket for the server under the name that was asked for; or also
 * another name or a referral, which CANONICALIZE asks for (RFC 6806); or, where a ticket-granting
 * ticket is asked for, one for a realm on the way (RFC 4120, section 3.3.1).
 */
export type Answers = 'this-name' | 'any-name' | 'any-realm';

/**
 * Asks the realm that `tgt` is for about a ticket for `server`. Returns the ticket or the KDC's
 * refusal. Throws TgtRefused if the client's own realm refuses the client's ticket-granting ticket,
 * Krb5Error if no KDC can be reached or the reply is wrong, or the signal's reason.
 */
export async function askTgs(
  request: TicketRequest,
  tgt: HeldTicket,
  server: Principal,
  answers: Answers = 'any-name',
): Promise<KdcAnswer<HeldTicket>> {
  const question = { realm: grantingRealm(tgt), tgt, server, answers };
  const answer = await askByEitherClock(request, question);
  if (answer.type === 'reply') {
    return { type: 'reply', reply: answer.reply.granted };
  }
  if (tgt === request.tgt) {
    const { etypes } = request;
    checkTgtTaken(answer, { realm: server.realm, client: tgt.client, server, etypes });
  }
  return answer;
}

/** Tells whether a KDC says that it does not know the server. */
export function isUnknownServer(answer: KdcAnswer<HeldTicket>): boolean {
  return isError(answer, KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN);
}

function isError(answer: KdcAnswer<unknown>, code: number): answer is KdcError {
  return answer.type === 'error' && answer.error.errorCode === code;
}

/** Asks by the clock as it is known, and once more by the KDC's time if the KDC says it differs. */
async function askByEitherClock(
  request: TicketRequest,
  question: Question,
): Promise<KdcAnswer<OpenedReply>> {
  const { clock, config } = request;
  try {
    const answer = await askOnce(request, question, kdcNow(clock));
    return config.kdcTimesync && isError(answer, KrbErrorCode.KRB_AP_ERR_SKEW)
      ? await askByKdcTime(request, question, answer)
      : answer;
  } catch (error) {
    throw unreachable(error, question.realm);
  }
}

/**
 * Asks by the time in `refusal`. The error is not authenticated: its time is tried once, and only
 * the time of a reply that opens is kept.
 */
async function askByKdcTime(
  request: TicketRequest,
  question: Question,
  refusal: KdcError,
): Promise<KdcAnswer<OpenedReply>> {
  const said = kdcNow({ offsetMs: clockOffset(refusal.error.stime) });
  const answer = await askOnce(request, question, said);
  if (answer.type === 'error') {
    return refusal;
  }
  const { config, clock, onClockSet } = request;
  // A KDC may leave the start out. It is then the start of the client's first ticket, and no news.
  const { starttime } = answer.reply.granted;
  const isNow = Math.abs(starttime - said / 1000) <= config.clockskew;
  if (isNow && setClock(clock, starttime)) {
    onClockSet();
  }
  return answer;
}

/** Asks at the time `now`, in milliseconds since 1970, and checks the reply. */
async function askOnce(
  { etypes, config, realms, signal }: TicketRequest,
  { realm, tgt, server, answers }: Question,
  now: number,
): Promise<KdcAnswer<OpenedReply>> {
  const canonicalize = answers === 'any-name';
  trace(() => {
    const referrals = canonicalize ? 'on' : 'off';
    return `Requesting tickets for ${formatPrincipal(server)} with ${ticketWords(tgt)}, referrals ${referrals}`;
  });
  trace(() => `etypes requested in TGS request: ${etypeWords(etypes)}`);
  const tgsRequest = buildTgsReq({ tgt, server, realm, etypes, now, canonicalize });
  const open = (answer: Uint8Array) => openTgsRep(answer, tgsRequest);
  const answer = await askKdcs(realm, tgsRequest.message, open, { config, realms, signal });
  if (answer.type === 'error') {
    trace(() => `TGS request result: ${codeWords(answer.error.errorCode)}`);
  } else {
    const { granted } = answer.reply;
    trace(() => {
      const key = etypeName(granted.key.etype);
      return `TGS reply is for ${ticketWords(granted)} with session key ${key}`;
    });
    checkReply(answer.reply, {
      realm,
      client: tgt.client,
      server: answers === 'this-name' ? server : undefined,
      till: tgsRequest.till,
      permitted: permittedEtypes(config),
      now: now / 1000,
      clockskew: config.clockskew,
    });
  }
  return answer;
}
