/** Gets a ticket-granting ticket with a client's own key. */
import { encode } from '../asn1/codec.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { etypeName } from '../crypto/index.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { OwnAddress } from '../host/own-addresses.js';
import type { KdcAnswer } from '../kdc/answer.js';
import { askKdcs, type KdcChoice } from '../kdc/ask.js';
import type { KnownRealms } from '../kdc/known-realms.js';
import { kdcReqBody } from '../messages/kdc-messages.js';
import type { KrbError } from '../messages/krb-error.js';
import type { ChosenAnswer } from '../preauth/choose.js';
import { nextTurn, startConversation, type Turn } from '../preauth/conversation.js';
import { makeArmor } from '../preauth/fast/armor.js';
import type { ReplyKey } from '../preauth/mechanism.js';
import { type KdcError, readMethods } from '../preauth/method-data.js';
import { formatPrincipal, type Principal, tgsPrincipal } from '../principal.js';
import { type Clock, kdcNow, setClock } from '../time/clock.js';
import { trace } from '../trace/trace.js';
import { padataWords, ticketWords } from '../trace/words.js';
import { withArmorTicket } from './armor-ticket.js';
import { notArmored, outOfArmor, type WornArmor } from './armored-answer.js';
import {
  type AsRequest,
  type AsRequestBody,
  allowsAnotherName,
  asRequest,
  asRequestBody,
  isUnarmored,
  readAsRep,
  type SealedAsRep,
} from './as-exchange.js';
import { asTerms } from './as-terms.js';
import type { ClientKeys } from './client-keys.js';
import { MAX_HOPS } from './cross-realm-tgt.js';
import type { HeldTicket } from './held-ticket.js';
import { kdcRefusal, unreachable } from './kdc-failure.js';
import { namedAddresses } from './named-addresses.js';
import { permittedEtypes } from './offered-etypes.js';
import { openReply } from './open-as-reply.js';
import { checkReply } from './reply-check.js';
import type { TicketSource } from './ticket-source.js';

/** The most requests of one exchange; MIT Kerberos has the same bound. */
const MAX_ROUNDS = 16;

/** The errors with which a KDC names another realm as the client's. */
const REFERRALS: ReadonlySet<number> = new Set([
  KrbErrorCode.KDC_ERR_WRONG_REALM,
  KrbErrorCode.KDC_ERR_C_PRINCIPAL_UNKNOWN,
]);

/** The client whose ticket is wanted, and its keys. */
export interface InitialTicketRequest {
  readonly client: Principal;
  readonly keys: ClientKeys;
  readonly config: Krb5Config;
  /** Set to the KDC's time if kdc_timesync allows it. */
  readonly clock: Clock;
  readonly realms: KnownRealms;
  /** The source of the armor ticket. FAST is required then, and not used without it. */
  readonly armorSource?: TicketSource | undefined;
  readonly signal: AbortSignal;
  /** Chooses the KDCs to ask, and tells who answered; all KDCs are asked without it. */
  readonly kdcs?: KdcChoice | undefined;
}

/** The realm that a KDC says the client is in. */
interface ClientReferral {
  readonly referral: string;
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
  const path = [request.client.realm];
  let asked = request;
  for (let hop = 0; hop <= MAX_HOPS; hop++) {
    const result = await exchangeInArmor(asked, path);
    if (!('referral' in result)) {
      return result;
    }
    const { referral } = result;
    trace(() => `Following referral to realm ${referral}`);
    if (path.includes(referral)) {
      break;
    }
    path.push(referral);
    // The choice of KDCs is the first realm's.
    asked = { ...request, client: { ...request.client, realm: referral }, kdcs: undefined };
  }
  throw new Krb5Error(
    LocalErrorCode.KRB5_GET_IN_TKT_LOOP,
    `the KDCs send ${formatPrincipal(request.client)} from realm to realm in a circle, or through more than ${MAX_HOPS}: ${path.join(', ')}`,
  );
}

/** Gets the ticket from one realm, with every request in the armor if there is one. */
async function exchangeInArmor(
  request: InitialTicketRequest,
  path: readonly string[],
): Promise<HeldTicket | ClientReferral> {
  const { client, config, armorSource: source, signal } = request;
  if (source === undefined) {
    return exchange(request, path);
  }
  return withArmorTicket({ source, realm: client.realm, config, signal }, (ticket) => {
    trace(() => `FAST armor ccache has ${ticketWords(ticket)}`);
    return exchange(request, path, {
      armor: makeArmor(ticket, kdcNow(source.clock)),
      owner: ticket.client,
    });
  });
}

async function exchange(
  request: InitialTicketRequest,
  path: readonly string[],
  worn?: WornArmor,
): Promise<HeldTicket | ClientReferral> {
  const result = await converse(request, path, worn);
  return 'referral' in result ? result : openGranted(request, result);
}

/** Opens and checks a reply, and takes the KDC's time from it. */
async function openGranted(
  request: InitialTicketRequest,
  { sealed, replyKey }: Granted,
): Promise<HeldTicket> {
  const { client, config, clock } = request;
  const opened = await openReply(request, sealed, replyKey);
  trace(() => `Decrypted AS reply; session key is: ${etypeName(opened.granted.key.etype)}`);
  checkReply(opened, {
    realm: client.realm,
    client: sealed.canonicalize ? undefined : client,
    server: sealed.canonicalize ? undefined : tgsPrincipal(client.realm),
    till: sealed.till,
    rtime: sealed.rtime,
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
async function converse(
  request: InitialTicketRequest,
  path: readonly string[],
  worn?: WornArmor,
): Promise<Granted | ClientReferral> {
  const { client, clock } = request;
  const preauthClient = { ...request, path, armorKey: worn?.armor.key };
  const conversation = startConversation();
  const extra = await namedAddresses(request.config, client.realm, request.signal);
  let turn: Turn | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const now = kdcNow(turn?.clock ?? clock);
    const body = newBody(request, now, extra);
    const answer = await turn?.answer({ requestBody: encode(kdcReqBody, body.fields), now });
    trace(() =>
      answer === undefined
        ? 'Sending unauthenticated request'
        : `Produced preauth for next request: ${padataWords(answer.padata)}`,
    );
    const sent = asRequest(body, answer?.padata ?? [], worn?.armor);
    const result = await ask(request, sent, answer);
    if (result.type === 'reply') {
      if (result.reply === 'unarmored') {
        throw notArmored(client.realm, 'it granted a ticket');
      }
      return { sealed: result.reply, replyKey: answer?.replyKey };
    }
    const kdcError = errorOf(request, worn, sent, result.error);
    trace(() => `Processing preauth types: ${padataWords(kdcError.padata)}`);
    const referral = allowsAnotherName(body.fields)
      ? referredRealm(kdcError.error, client)
      : undefined;
    if (referral !== undefined) {
      return { referral };
    }
    const next = nextTurn(preauthClient, conversation, answer, kdcError);
    if (next === 'refused') {
      throw refusal(request, kdcError.error, answer?.replyKey);
    }
    turn = next === 'restart' ? undefined : next;
  }
  throw new Krb5Error(
    LocalErrorCode.KRB5_GET_IN_TKT_LOOP,
    `the KDC of ${client.realm} has asked ${MAX_ROUNDS} times for more: check the realm's KDCs in krb5.conf`,
  );
}

/**
 * Returns the realm that a KDC sends the client to (RFC 6806, section 7). Active Directory does so with
 * KDC_ERR_C_PRINCIPAL_UNKNOWN. The error is not authenticated: whoever forges it can do no more than
 * forge the realm's KDC, whose answer the client's key has to open.
 */
function referredRealm({ errorCode, crealm }: KrbError, client: Principal): string | undefined {
  return REFERRALS.has(errorCode) && crealm !== '' && crealm !== client.realm ? crealm : undefined;
}

/** Makes the body of a request that is sent at `now`, in milliseconds since 1970. */
function newBody(
  { client, keys, config }: InitialTicketRequest,
  now: number,
  extra: readonly OwnAddress[],
): AsRequestBody {
  return asRequestBody(client, keys.offered, asTerms(config, client, now, extra));
}

/**
 * Sends one AS-REQ. An answer that the known key does not open is not taken. `unarmored` stands for a
 * reply outside FAST where the request was inside.
 */
async function ask(
  { client, config, realms, signal, kdcs }: InitialTicketRequest,
  sent: AsRequest,
  answer: ChosenAnswer | undefined,
): Promise<KdcAnswer<SealedAsRep | 'unarmored'>> {
  const knownKey = answer?.replyKey?.key;
  const open = (bytes: Uint8Array): SealedAsRep | 'unarmored' | undefined => {
    if (sent.armorKey !== undefined && isUnarmored(bytes)) {
      // The KDC has answered in FAST before, so this is not its reply.
      return answer === undefined ? 'unarmored' : undefined;
    }
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

/** Reads an error, in its armor if the request had one. Throws as `outOfArmor` does. */
function errorOf(
  request: InitialTicketRequest,
  worn: WornArmor | undefined,
  { nonce }: AsRequest,
  error: KrbError,
): KdcError {
  if (worn === undefined) {
    return { error, padata: readMethods(error) };
  }
  const { realm } = request.client;
  return outOfArmor(worn, { realm, nonce, error, meaning: refusal(request, error, undefined) });
}

/** Makes the error for a KDC's final word. `proof` is the key that the client has proved to have. */
function refusal(
  { client, keys }: InitialTicketRequest,
  error: KrbError,
  proof: ReplyKey | undefined,
): Krb5Error {
  const { realm } = client;
  const context = { realm, client, server: tgsPrincipal(realm), etypes: keys.offered };
  // Heimdal says so of an encrypted challenge that does not open.
  const wrongKey = proof && error.errorCode === KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY;
  const meant = wrongKey ? { ...error, errorCode: KrbErrorCode.KDC_ERR_PREAUTH_FAILED } : error;
  return kdcRefusal(meant, context);
}
