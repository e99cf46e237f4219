/** Gets a ticket-granting ticket with a client's own key (RFC 4120, section 3.1). */
import { Asn1Error } from '../asn1/asn1-error.js';
import {
  encryptedTimestampDisabled,
  initialTicketOptions,
  type Krb5Config,
} from '../config/krb5-config.js';
import { type EncryptionKey, isSupportedEtype } from '../crypto/index.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { KdcAnswer } from '../kdc/answer.js';
import { askKdcs } from '../kdc/ask.js';
import type { KnownRealms } from '../kdc/known-realms.js';
import type { KrbError } from '../messages/krb-error.js';
import { type EtypeInfo2Entry, type PaData, PaDataType } from '../messages/pa-data.js';
import { formatPrincipal, type Principal, tgsPrincipal } from '../principal.js';
import { type Clock, clockOffset, kdcNow, setClock } from '../time/clock.js';
import {
  buildAsReq,
  encTimestamp,
  etypeInfoOf,
  methodData,
  readAsRep,
  type SealedAsRep,
} from './as-exchange.js';
import type { ClientKeys } from './client-keys.js';
import type { HeldTicket } from './held-ticket.js';
import { kdcRefusal, unreachable } from './kdc-failure.js';
import { permittedEtypes } from './offered-etypes.js';
import { checkReply } from './reply-check.js';

export interface InitialTicketRequest {
  readonly client: Principal;
  readonly keys: ClientKeys;
  readonly config: Krb5Config;
  /** Set to the KDC's time where kdc_timesync says so. */
  readonly clock: Clock;
  readonly realms: KnownRealms;
  readonly signal: AbortSignal;
}

/**
 * What a request has once the KDC has said what it wants: the key, the proof of it, and the time of
 * that proof.
 */
interface Preauthentication {
  readonly key: EncryptionKey;
  readonly padata: readonly PaData[];
  readonly clock: Clock;
}

async function ask(
  request: InitialTicketRequest,
  preauthentication?: Preauthentication,
): Promise<KdcAnswer<SealedAsRep>> {
  const { client, keys, config, realms, signal } = request;
  const { clock, padata = [], key: knownKey } = preauthentication ?? { clock: request.clock };
  const { ticketLifetime, forwardable } = initialTicketOptions(config, client.realm);
  const asRequest = buildAsReq({
    client,
    etypes: keys.etypes,
    forwardable,
    till: Math.floor(kdcNow(clock) / 1000) + ticketLifetime,
    padata,
  });
  const open = (answer: Uint8Array): SealedAsRep | undefined => {
    const sealed = readAsRep(answer, asRequest);
    // With the key at hand, a forged answer is told from a real one right here.
    return knownKey !== undefined &&
      sealed?.etype === knownKey.etype &&
      sealed.open(knownKey) === undefined
      ? undefined
      : sealed;
  };
  try {
    return await askKdcs(client.realm, asRequest.message, open, { config, realms, signal });
  } catch (error) {
    throw unreachable(error, client.realm);
  }
}

function entryFor(
  etypeInfo: readonly EtypeInfo2Entry[],
  etypes: readonly number[],
): EtypeInfo2Entry | undefined {
  return etypeInfo.find(({ etype }) => isSupportedEtype(etype) && etypes.includes(etype));
}

function refusal({ client, keys }: InitialTicketRequest, error: KrbError): Krb5Error {
  const { realm } = client;
  return kdcRefusal(error, { realm, client, server: tgsPrincipal(realm), etypes: keys.etypes });
}

/** The key and the padata that KDC_ERR_PREAUTH_REQUIRED asks for. */
async function preauthenticate(
  request: InitialTicketRequest,
  error: KrbError,
): Promise<Preauthentication> {
  const { client, keys, config, clock } = request;
  const methods = readMethods(error);
  if (encryptedTimestampDisabled(config, client.realm)) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_PREAUTH_FAILED,
      `krb5.conf has disable_encrypted_timestamp for ${client.realm}, and an encrypted timestamp is the only preauthentication that is supported: get the ticket with kinit, which can do more, and give its cache`,
    );
  }
  if (!methods.some(({ padataType }) => padataType === PaDataType.PA_ENC_TIMESTAMP)) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_PREAUTH_FAILED,
      `the KDC of ${client.realm} does not accept an encrypted timestamp from ${formatPrincipal(client)}, the only preauthentication that is supported: get the ticket with kinit`,
    );
  }
  const entry = entryFor(etypeInfoOf(methods), keys.etypes);
  const etype = entry?.etype ?? keys.etypes[0];
  if (etype === undefined) {
    throw refusal(request, error);
  }
  const key = await keys.key(etype, entry?.salt, entry?.s2kparams);
  // The error is not authenticated: its time is for this one answer to it.
  const kdcClock = config.kdcTimesync ? { offsetMs: clockOffset(error.stime) } : clock;
  return { key, padata: [encTimestamp(key, kdcNow(kdcClock))], clock: kdcClock };
}

function readMethods(error: KrbError): readonly PaData[] {
  try {
    return methodData(error.eData);
  } catch (cause) {
    if (cause instanceof Asn1Error) {
      return [];
    }
    throw cause;
  }
}

/**
 * Asks the KDCs of the client's realm for a ticket-granting ticket. Throws Krb5Error, or the signal's
 * reason.
 */
export async function getInitialTicket(request: InitialTicketRequest): Promise<HeldTicket> {
  const { client, keys, config, clock } = request;
  let key: EncryptionKey | undefined;
  let answer = await ask(request);
  if (answer.type === 'error' && answer.error.errorCode === KrbErrorCode.KDC_ERR_PREAUTH_REQUIRED) {
    const preauth = await preauthenticate(request, answer.error);
    key = preauth.key;
    answer = await ask(request, preauth);
  }
  if (answer.type === 'error') {
    throw refusal(request, answer.error);
  }
  const sealed = answer.reply;
  if (!keys.etypes.includes(sealed.etype)) {
    throw new Krb5Error(
      KrbErrorCode.KDC_ERR_ETYPE_NOSUPP,
      `the KDC of ${client.realm} answered with an encryption type that was not asked for`,
    );
  }
  if (key?.etype !== sealed.etype) {
    const entry = entryFor(sealed.etypeInfo, [sealed.etype]);
    key = await keys.key(sealed.etype, entry?.salt, entry?.s2kparams);
  }
  const opened = sealed.open(key);
  if (opened === undefined) {
    throw new Krb5Error(
      KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
      `the answer of the KDC of ${client.realm} does not open with the key of ${formatPrincipal(client)}: the password is wrong, or the keytab is older than the principal's key`,
    );
  }
  const { clockskew, kdcTimesync } = config;
  checkReply(opened, {
    realm: client.realm,
    server: tgsPrincipal(client.realm),
    till: sealed.till,
    permitted: permittedEtypes(config),
    now: kdcTimesync ? undefined : kdcNow(clock) / 1000,
    clockskew,
  });
  if (kdcTimesync) {
    setClock(clock, opened.granted.starttime);
  }
  return opened.granted;
}
