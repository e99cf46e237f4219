/** Decides what an exchange's next request says, by the KDC's error. */
import type { ClientKeys } from '../client/client-keys.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { type EncryptionKey, etypeName } from '../crypto/index.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { type KrbError, krbErrorText } from '../messages/krb-error.js';
import { type EtypeInfo2Entry, type PaData, PaDataType } from '../messages/pa-data.js';
import type { Principal } from '../principal.js';
import { type Clock, clockOffset } from '../time/clock.js';
import { trace } from '../trace/trace.js';
import { answerMethods, type ChosenAnswer } from './choose.js';
import { MechanismUnusable, type PreauthMechanism, type PreauthRound } from './mechanism.js';
import { entryFor, findPaData, type KdcError, readEtypeInfo } from './method-data.js';

/** The client that proves who it is. */
export interface PreauthClient {
  readonly client: Principal;
  /** All realms that the client was sent through, from its own. */
  readonly path: readonly string[];
  readonly keys: ClientKeys;
  readonly config: Krb5Config;
  readonly clock: Clock;
  /** The armor key of FAST; undefined without it. */
  readonly armorKey: EncryptionKey | undefined;
}

/** The part of a round that belongs to the request, not to the KDC's error. */
export type RequestUnderWay = Pick<PreauthRound, 'requestBody' | 'now'>;

/** How the next request is made. */
export interface Turn {
  /** The clock of the request. */
  readonly clock: Clock;
  /** Makes the request's PA-DATA. Throws Krb5Error. */
  readonly answer: (request: RequestUnderWay) => Promise<ChosenAnswer>;
}

/** What an exchange has learned so far. */
export interface Conversation {
  /** The mechanisms that have failed without giving a proof, and why. */
  readonly failed: Map<PreauthMechanism, Krb5Error>;
  /** The mechanisms that the KDC offers. */
  methods: readonly PaData[];
  etypeInfo: readonly EtypeInfo2Entry[];
  /** Whether the KDC has forgotten the conversation once. */
  restarted: boolean;
}

export function startConversation(): Conversation {
  return { failed: new Map(), methods: [], etypeInfo: [], restarted: false };
}

/**
 * Returns the next turn after an error, which came for a request with `answer`. Returns `restart` if
 * the conversation begins again, and `refused` if the error is final. Throws Krb5Error if the error
 * cannot be read.
 */
export function nextTurn(
  preauthClient: PreauthClient,
  conversation: Conversation,
  answer: ChosenAnswer | undefined,
  kdcError: KdcError,
): Turn | 'restart' | 'refused' {
  const { realm } = preauthClient.client;
  const { error, padata } = kdcError;
  switch (error.errorCode) {
    case KrbErrorCode.KDC_ERR_PREAUTH_REQUIRED:
      if (answer !== undefined) {
        return 'refused';
      }
      conversation.methods = padata;
      return turnAfter(preauthClient, conversation, kdcError);
    case KrbErrorCode.KDC_ERR_PREAUTH_FAILED:
      // A mechanism that has given a proof is not followed by one that gives away more.
      if (answer === undefined || answer.replyKey !== undefined) {
        return 'refused';
      }
      conversation.failed.set(answer.mechanism, notContinued(realm, answer.mechanism, error));
      return turnAfter(preauthClient, conversation, kdcError);
    case KrbErrorCode.KDC_ERR_MORE_PREAUTH_DATA_REQUIRED:
      return answer?.next === undefined
        ? 'refused'
        : turnAfter(preauthClient, conversation, kdcError, answer);
    case KrbErrorCode.KDC_ERR_PREAUTH_EXPIRED:
      if (answer === undefined || conversation.restarted) {
        return 'refused';
      }
      conversation.restarted = true;
      return 'restart';
    default:
      return 'refused';
  }
}

/** Returns the turn that goes on with `before`, or else begins with one of the KDC's mechanisms. */
function turnAfter(
  { client, path, keys, config, clock, armorKey }: PreauthClient,
  conversation: Conversation,
  { error, padata }: KdcError,
  before?: ChosenAnswer,
): Turn {
  const { realm } = client;
  const { failed } = conversation;
  const etypeInfo = readEtypeInfo(padata, realm);
  if (etypeInfo.length > 0) {
    conversation.etypeInfo = etypeInfo;
  }
  const cookie = findPaData(padata, PaDataType.PA_FX_COOKIE);
  const answer = async (request: RequestUnderWay): Promise<ChosenAnswer> => {
    const clientKey = () => ownKey(keys, conversation.etypeInfo, realm);
    const round = { realm, path, config, armorKey, clientKey, ...request };
    const continued = before && (await goOn(before, padata, round, failed));
    return continued ?? answerMethods(conversation.methods, failed, client, round);
  };
  return {
    // Without armor, the error is not authenticated: its time serves for this one answer.
    clock: config.kdcTimesync ? { offsetMs: clockOffset(error.stime) } : clock,
    answer: async (request) => withCookie(await answer(request), cookie),
  };
}

/** Goes on with the mechanism of `before`; undefined if another one is to be tried. */
async function goOn(
  { mechanism, next }: ChosenAnswer,
  padata: readonly PaData[],
  round: Omit<PreauthRound, 'hint'>,
  failed: Map<PreauthMechanism, Krb5Error>,
): Promise<ChosenAnswer | undefined> {
  const hint = findPaData(padata, mechanism.type) ?? new Uint8Array();
  try {
    const answer = await next?.({ ...round, hint });
    return answer && { ...answer, mechanism };
  } catch (error) {
    if (!(error instanceof MechanismUnusable)) {
      throw error;
    }
    failed.set(mechanism, error);
    return undefined;
  }
}

/** Gives the KDC its cookie back, unread (RFC 6113, section 5.2). */
function withCookie(answer: ChosenAnswer, cookie: Uint8Array | undefined): ChosenAnswer {
  if (cookie === undefined) {
    return answer;
  }
  const padata = { padataType: PaDataType.PA_FX_COOKIE, padataValue: cookie };
  return { ...answer, padata: [padata, ...answer.padata] };
}

async function ownKey(
  keys: ClientKeys,
  etypeInfo: readonly EtypeInfo2Entry[],
  realm: string,
): Promise<EncryptionKey> {
  // If the KDC takes another type alone, the search for its key says which keys there are.
  const entry = entryFor(etypeInfo, keys.etypes) ?? entryFor(etypeInfo, keys.offered);
  const etype = entry?.etype ?? keys.etypes[0];
  if (etype === undefined) {
    throw new Krb5Error(
      KrbErrorCode.KDC_ERR_ETYPE_NOSUPP,
      `the KDC of ${realm} asks for a key of an encryption type that this client does not have`,
    );
  }
  trace(
    () =>
      `Selected etype info: etype ${etypeName(etype)}, salt ${JSON.stringify(entry?.salt ?? '(default)')}`,
  );
  return keys.key(etype, entry?.salt, entry?.s2kparams);
}

function notContinued(realm: string, { name }: PreauthMechanism, error: KrbError): Krb5Error {
  return new Krb5Error(
    LocalErrorCode.KRB5_PREAUTH_FAILED,
    `the KDC of ${realm} offers ${name}, but does not go on with it${krbErrorText(error)}: get the ticket with kinit, and give its cache`,
  );
}
