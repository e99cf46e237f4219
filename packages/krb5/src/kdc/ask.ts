/** Asks a realm's KDCs; configuration and size choose UDP or TCP. */
import { type Krb5Config, udpPreferenceLimit } from '../config/krb5-config.js';
import { KrbErrorCode } from '../error-codes.js';
import { krbErrorText } from '../messages/krb-error.js';
import { trace } from '../trace/trace.js';
import { codeWords } from '../trace/words.js';
import { type KdcAnswer, type KdcError, readAnswer } from './answer.js';
import { inTurn } from './in-turn.js';
import type { Kdc } from './kdc.js';
import { isSilence, KdcUnreachable } from './kdc-unreachable.js';
import { type KnownRealms, knownRealm } from './known-realms.js';
import type { LastAnswer } from './last-answer.js';
import { locateKdcs } from './locate.js';
import { type NextFirst, sendToKdcs } from './send.js';

/** Some KDCs of a realm, and the one of them that answered. */
export interface KdcChoice {
  /** The KDCs to ask; undefined for all that the configuration or DNS names. */
  readonly only: readonly Kdc[] | undefined;
  /** The KDC that gave the last answer; `askKdcs` sets it. */
  answered: Kdc | undefined;
}

/** How a realm is asked. */
export interface AskOptions {
  readonly config: Krb5Config;
  /** The memory of KDCs; `askKdcs` updates it. */
  readonly realms: KnownRealms;
  readonly signal: AbortSignal | undefined;
  /** Chooses the KDCs to ask, and tells who answered; all KDCs are asked without it. */
  readonly kdcs?: KdcChoice | undefined;
}

/** One request to one realm. */
interface Question<T> {
  readonly realm: string;
  readonly request: Uint8Array;
  readonly open: (answer: Uint8Array) => T | undefined;
  readonly config: Krb5Config;
  readonly signal: AbortSignal | undefined;
  readonly last: LastAnswer;
  readonly onAnswer: (kdc: Kdc) => void;
}

/**
 * Sends `request` to the KDCs of `realm` when its turn has come, and returns the first answer that
 * `open` takes, or a KRB-ERROR. The limits of the configuration count from the turn on; the signal
 * holds before it too. Throws KdcUnreachable, KdcLookupFailed, or the signal's reason.
 */
export async function askKdcs<T>(
  realm: string,
  request: Uint8Array,
  open: (answer: Uint8Array) => T | undefined,
  { config, realms, signal, kdcs: choice }: AskOptions,
): Promise<KdcAnswer<T>> {
  const { turns, last: lastOfAll } = knownRealm(realms, realm, config);
  // Chosen KDCs say nothing of the others: not who is asked first, nor that all are silent.
  const isChosen = choice?.only !== undefined;
  const last = isChosen ? { current: undefined } : lastOfAll;
  const onAnswer = (kdc: Kdc) => {
    if (choice !== undefined) {
      choice.answered = kdc;
    }
  };
  const ask = async () => {
    const kdcs = choice?.only ?? (await locateKdcs(realm, config, signal));
    return askEach(kdcs, { realm, request, open, config, signal, last, onAnswer });
  };
  return inTurn(turns, ask, (error) => !isChosen && isSilence(error), signal);
}

/**
 * Asks every KDC until one answers. A KDC that says it cannot serve is passed over; its error is the
 * answer if no other KDC answers.
 */
async function askEach<T>(kdcs: readonly Kdc[], question: Question<T>): Promise<KdcAnswer<T>> {
  let unavailable: KdcError | undefined;
  const accept = (bytes: Uint8Array): KdcAnswer<T> | undefined => {
    const answer = readAnswer(bytes, question.open);
    if (answer === undefined) {
      trace(
        () => `Passing over an answer of ${question.realm} that does not belong to the request`,
      );
    } else if (answer.type === 'error') {
      const { errorCode } = answer.error;
      trace(() => `Received error from KDC: ${codeWords(errorCode)}${krbErrorText(answer.error)}`);
    }
    if (isError(answer, KrbErrorCode.KDC_ERR_SVC_UNAVAILABLE)) {
      unavailable = answer;
      return undefined;
    }
    return answer;
  };
  try {
    return await sendBySize(kdcs, question, accept);
  } catch (error) {
    if (error instanceof KdcUnreachable && unavailable !== undefined) {
      return unavailable;
    }
    throw error;
  }
}

/** Sends the request, and again by TCP alone if the answer is too big for a datagram. */
async function sendBySize<T>(
  kdcs: readonly Kdc[],
  question: Question<T>,
  accept: (bytes: Uint8Array) => KdcAnswer<T> | undefined,
): Promise<KdcAnswer<T>> {
  const { realm, request, config, signal, last, onAnswer } = question;
  const send = (tcpOnly: boolean) => {
    trace(
      () => `Sending request (${request.length} bytes) to ${realm}${tcpOnly ? ' (tcp only)' : ''}`,
    );
    return sendToKdcs(kdcs, request, accept, {
      first: request.length > udpPreferenceLimit(config) ? 'tcp' : 'udp',
      tcpOnly,
      overallMs: config.requestTimeout === undefined ? undefined : config.requestTimeout * 1000,
      signal,
      last,
      nextFirst,
      onAnswer,
    });
  };
  const answer = await send(false);
  if (!isError(answer, KrbErrorCode.KRB_ERR_RESPONSE_TOO_BIG)) {
    return answer;
  }
  if (kdcs.every(({ transports }) => transports.every((transport) => transport === 'udp'))) {
    throw new KdcUnreachable(
      ['the answer is too big for a datagram, and no KDC is to be asked by TCP'],
      false,
    );
  }
  return send(true);
}

/**
 * Says who is asked first after an answer. An error may come from a KDC that knows less than the
 * others, so it makes no KDC the first. An error about a client's new key may come from a KDC that
 * lags behind: the next request begins in the order of the configuration.
 */
function nextFirst(answer: KdcAnswer<unknown>): NextFirst {
  if (answer.type === 'reply') {
    return 'answered';
  }
  switch (answer.error.errorCode) {
    case KrbErrorCode.KDC_ERR_PREAUTH_REQUIRED:
      return 'answered';
    case KrbErrorCode.KDC_ERR_C_PRINCIPAL_UNKNOWN:
    case KrbErrorCode.KDC_ERR_KEY_EXPIRED:
    case KrbErrorCode.KDC_ERR_PREAUTH_FAILED:
      return 'configured';
    default:
      return 'before';
  }
}

function isError(answer: KdcAnswer<unknown> | undefined, code: number): answer is KdcError {
  return answer?.type === 'error' && answer.error.errorCode === code;
}
