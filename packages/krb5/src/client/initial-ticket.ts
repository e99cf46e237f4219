/** Gets a ticket-granting ticket with a client's own key. */
import { encode } from '../asn1/codec.js';
import { initialTicketOptions, type Krb5Config } from '../config/krb5-config.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { KdcAnswer } from '../kdc/answer.js';
import { askKdcs, type KdcChoice } from '../kdc/ask.js';
import type { KnownRealms } from '../kdc/known-realms.js';
import { kdcReqBody } from '../messages/kdc-messages.js';
import type { KrbError } from '../messages/krb-error.js';
import type { ChosenAnswer } from '../preauth/choose.js';
import { nextTurn, startConversation, type Turn } from '../preauth/conversation.js';
import type { ReplyKey } from '../preauth/mechanism.js';
import { type Principal, tgsPrincipal } from '../principal.js';
import { type Clock, kdcNow, setClock } from '../time/clock.js';
import {
  type AsRequestBody,
  asRequest,
  asRequestBody,
  readAsRep,
  type SealedAsRep,
} from './as-exchange.js';
import type { ClientKeys } from './client-keys.js';
import type { HeldTicket } from './held-ticket.js';
import { kdcRefusal, unreachable } from './kdc-failure.js';
import { permittedEtypes } from './offered-etypes.js';
import { openReply } from './open-as-reply.js';
import { checkReply } from './reply-check.js';

/** The most requests of one exchange; MIT Kerberos has the same bound. */
const MAX_ROUNDS = 16;

/** The client whose ticket is wanted, and its keys. */
export interface InitialTicketRequest {
  readonly client: Principal;
  readonly keys: ClientKeys;
  readonly config: Krb5Config;
  /** Set to the KDC's time if kdc_timesync allows it. */
  readonly clock: Clock;
  readonly realms: KnownRealms;
  readonly signal: AbortSignal;
  /** Chooses the KDCs to ask, and tells who answered; all KDCs are asked without it. */
  readonly kdcs?: KdcChoice;
}

/** A reply that was not opened yet, and the key that preauthentication gave for it. */
interface Granted {
  readonly sealed: SealedAsRep;
  readonly replyKey: ReplyKey | undefined;
}

/**
 * Asks the KDCs of the client's realm for a ticket-granting ticket (RFC 4120, section 3.1). Throws
 * Krb5Error, or the signal's reason.
 */
export async function getInitialTicket(request: InitialTicketRequest): Promise<HeldTicket> {
  const { client, config, clock } = request;
  const { sealed, replyKey } = await converse(request);
  const opened = await openReply(request, sealed, replyKey);
  checkReply(opened, {
    realm: client.realm,
    server: tgsPrincipal(client.realm),
    till: sealed.till,
    permitted: permittedEtypes(config),
    now: config.kdcTimesync ? undefined : kdcNow(clock) / 1000,
    clockskew: config.clockskew,
  });
  if (config.kdcTimesync) {
    setClock(clock, opened.granted.starttime);
  }
  return opened.granted;
}

/**
 * Asks without a proof first, and then with what the KDC's errors ask for. Throws Krb5Error for a
 * refusal, and KRB5_GET_IN_TKT_LOOP if the KDC never has enough.
 */
async function converse(request: InitialTicketRequest): Promise<Granted> {
  const { client, clock } = request;
  const conversation = startConversation();
  let turn: Turn | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const now = kdcNow(turn?.clock ?? clock);
    const body = newBody(request, now);
    const answer = await turn?.answer({ requestBody: encode(kdcReqBody, body.fields), now });
    const result = await ask(request, body, answer);
    if (result.type === 'reply') {
      return { sealed: result.reply, replyKey: answer?.replyKey };
    }
    const next = nextTurn(request, conversation, answer, result.error);
    if (next === 'refused') {
      throw refusal(request, result.error);
    }
    turn = next === 'restart' ? undefined : next;
  }
  throw new Krb5Error(
    LocalErrorCode.KRB5_GET_IN_TKT_LOOP,
    `the KDC of ${client.realm} has asked ${MAX_ROUNDS} times for more: check the realm's KDCs in krb5.conf`,
  );
}

/** Makes the body of a request that is sent at `now`, in milliseconds since 1970. */
function newBody({ client, keys, config }: InitialTicketRequest, now: number): AsRequestBody {
  const { ticketLifetime, forwardable } = initialTicketOptions(config, client.realm);
  return asRequestBody({
    client,
    etypes: keys.offered,
    forwardable,
    till: Math.floor(now / 1000) + ticketLifetime,
  });
}

/** Sends one AS-REQ. An answer that the known key does not open is not taken. */
async function ask(
  { client, config, realms, signal, kdcs }: InitialTicketRequest,
  body: AsRequestBody,
  answer: ChosenAnswer | undefined,
): Promise<KdcAnswer<SealedAsRep>> {
  const sent = asRequest(body, answer?.padata ?? []);
  const knownKey = answer?.replyKey?.key;
  const open = (bytes: Uint8Array): SealedAsRep | undefined => {
    const sealed = readAsRep(bytes, sent);
    // With a known key, a forged answer is told from a real one right here.
    return knownKey !== undefined &&
      sealed?.etype === knownKey.etype &&
      sealed.open(knownKey) === undefined
      ? undefined
      : sealed;
  };
  try {
    return await askKdcs(client.realm, sent.message, open, { config, realms, signal, kdcs });
  } catch (error) {
    throw unreachable(error, client.realm);
  }
}

function refusal({ client, keys }: InitialTicketRequest, error: KrbError): Krb5Error {
  const { realm } = client;
  return kdcRefusal(error, { realm, client, server: tgsPrincipal(realm), etypes: keys.offered });
}
