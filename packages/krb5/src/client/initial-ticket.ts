/** Gets a ticket-granting ticket with a client's own key. */
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
import { askKdcs, type KdcChoice } from '../kdc/ask.js';
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
import { checkReply, type OpenedReply } from './reply-check.js';

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

/** The key, the proof that the client has it, and the clock of that proof. */
interface Preauthentication {
  readonly key: EncryptionKey;
  readonly padata: readonly PaData[];
  readonly clock: Clock;
}

/** A reply that was not opened yet, and the key that was used to get it. */
interface Granted {
  readonly sealed: SealedAsRep;
  readonly key: EncryptionKey | undefined;
}

/**
 * Asks the KDCs of the client's realm for a ticket-granting ticket (RFC 4120, section 3.1). Throws
 * Krb5Error, or the signal's reason.
 */
export async function getInitialTicket(request: InitialTicketRequest): Promise<HeldTicket> {
  const { client, config, clock } = request;
  const { sealed, key } = await askWithProof(request);
  const opened = await openReply(request, sealed, key);
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

/** Asks without a proof first, and with one if the KDC wants it. Throws Krb5Error for a refusal. */
async function askWithProof(request: InitialTicketRequest): Promise<Granted> {
  const first = await ask(request);
  if (first.type === 'reply') {
    return { sealed: first.reply, key: undefined };
  }
  if (first.error.errorCode !== KrbErrorCode.KDC_ERR_PREAUTH_REQUIRED) {
    throw refusal(request, first.error);
  }
  const preauthentication = await preauthenticate(request, first.error);
  const second = await ask(request, preauthentication);
  if (second.type === 'error') {
    throw refusal(request, second.error);
  }
  return { sealed: second.reply, key: preauthentication.key };
}

/** Sends one AS-REQ. An answer that the known key does not open is not taken. */
async function ask(
  request: InitialTicketRequest,
  preauthentication?: Preauthentication,
): Promise<KdcAnswer<SealedAsRep>> {
  const { client, keys, config, realms, signal, kdcs } = request;
  const { clock, padata = [], key: knownKey } = preauthentication ?? { clock: request.clock };
  const { ticketLifetime, forwardable } = initialTicketOptions(config, client.realm);
  const asRequest = buildAsReq({
    client,
    etypes: keys.offered,
    forwardable,
    till: Math.floor(kdcNow(clock) / 1000) + ticketLifetime,
    padata,
  });
  const open = (answer: Uint8Array): SealedAsRep | undefined => {
    const sealed = readAsRep(answer, asRequest);
    // With a known key, a forged answer is told from a real one right here.
    return knownKey !== undefined &&
      sealed?.etype === knownKey.etype &&
      sealed.open(knownKey) === undefined
      ? undefined
      : sealed;
  };
  try {
    return await askKdcs(client.realm, asRequest.message, open, {
      config,
      realms,
      signal,
      kdcs,
    });
  } catch (error) {
    throw unreachable(error, client.realm);
  }
}

/** Makes what KDC_ERR_PREAUTH_REQUIRED asks for: an encrypted timestamp. Throws Krb5Error. */
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
  const entry = entryFor(readEtypeInfo(methods, client.realm), keys.etypes);
  const etype = entry?.etype ?? keys.etypes[0];
  if (etype === undefined) {
    throw refusal(request, error);
  }
  const key = await keys.key(etype, entry?.salt, entry?.s2kparams);
  // The error is not authenticated: its time serves for this one answer.
  const kdcClock = config.kdcTimesync ? { offsetMs: clockOffset(error.stime) } : clock;
  return { key, padata: [encTimestamp(key, kdcNow(kdcClock))], clock: kdcClock };
}

/** Reads the methods that the KDC takes; none if the error's data cannot be read. */
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

/** Reads the ETYPE-INFO2 among the methods. Throws Krb5Error if it cannot be read. */
function readEtypeInfo(methods: readonly PaData[], realm: string): readonly EtypeInfo2Entry[] {
  try {
    return etypeInfoOf(methods);
  } catch (cause) {
    if (cause instanceof Asn1Error) {
      throw new Krb5Error(
        LocalErrorCode.KRB5_PREAUTH_FAILED,
        `the KDC of ${realm} sent an ETYPE-INFO2 that cannot be read: check the realm's KDCs in krb5.conf`,
        { cause },
      );
    }
    throw cause;
  }
}

/** Returns the first entry of a type that is supported and in `etypes`. */
function entryFor(
  etypeInfo: readonly EtypeInfo2Entry[],
  etypes: readonly number[],
): EtypeInfo2Entry | undefined {
  return etypeInfo.find(({ etype }) => isSupportedEtype(etype) && etypes.includes(etype));
}

/** Opens a reply with the client's key, which is made first unless it is known. Throws Krb5Error. */
async function openReply(
  { client, keys }: InitialTicketRequest,
  sealed: SealedAsRep,
  knownKey: EncryptionKey | undefined,
): Promise<OpenedReply> {
  if (!keys.etypes.includes(sealed.etype)) {
    throw new Krb5Error(
      KrbErrorCode.KDC_ERR_ETYPE_NOSUPP,
      `the KDC of ${client.realm} answered with an encryption type that was not asked for`,
    );
  }
  const entry = entryFor(sealed.etypeInfo, [sealed.etype]);
  const key =
    knownKey?.etype === sealed.etype
      ? knownKey
      : await keys.key(sealed.etype, entry?.salt, entry?.s2kparams);
  const opened = sealed.open(key);
  if (opened === undefined) {
    throw new Krb5Error(
      KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
      `the answer of the KDC of ${client.realm} does not open with the key of ${formatPrincipal(client)}: the password is wrong, or the keytab is older than the principal's key`,
    );
  }
  return opened;
}

function refusal({ client, keys }: InitialTicketRequest, error: KrbError): Krb5Error {
  const { realm } = client;
  return kdcRefusal(error, { realm, client, server: tgsPrincipal(realm), etypes: keys.offered });
}
