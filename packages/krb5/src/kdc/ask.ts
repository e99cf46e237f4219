/** Asks a realm's KDCs, by the transports that the configuration and the message's size call for. */
import { type Krb5Config, realmKdcs } from '../config/krb5-config.js';
import { recentlyUsed } from '../recently-used.js';
import { abandonmentOf } from './abandoned.js';
import { type KdcAnswer, readAnswer } from './answer.js';
import { inTurn, newTurns, type Turns } from './in-turn.js';
import type { LastAnswer } from './last-answer.js';
import { kdcsFromDns, parseKdc } from './locate.js';
import { type Kdc, KdcUnreachable, type NextFirst, sendToKdcs } from './send.js';

/** Error codes that this exchange itself acts upon (RFC 4120, section 7.5.9). */
const KDC_ERR_C_PRINCIPAL_UNKNOWN = 6;
const KDC_ERR_KEY_EXPIRED = 23;
const KDC_ERR_PREAUTH_FAILED = 24;
const KDC_ERR_PREAUTH_REQUIRED = 25;
const KDC_ERR_SVC_UNAVAILABLE = 29;
const KRB_ERR_RESPONSE_TOO_BIG = 52;

/** Realms of one process of which something is remembered. */
const MAX_REALMS = 256;

interface KnownRealm {
  readonly turns: Turns;
  readonly last: LastAnswer;
}

const known = recentlyUsed<KnownRealm>(MAX_REALMS);

/** Tells the realm apart from one of that name for which a configuration has other KDCs. */
export function kdcsKey(realm: string, config: Krb5Config): string {
  return JSON.stringify([realm, realmKdcs(config, realm), config.dnsLookupKdc]);
}

/** What is known of `realm` with the KDCs that this configuration gives it. */
function knownRealm(realm: string, config: Krb5Config): KnownRealm {
  const key = kdcsKey(realm, config);
  let state = known.get(key);
  if (state === undefined) {
    state = { turns: newTurns(), last: { current: undefined } };
    known.set(key, state);
  }
  return state;
}

export interface AskOptions {
  readonly config: Krb5Config;
  readonly signal: AbortSignal | undefined;
}

/** A realm's KDCs: krb5.conf's in order, else those of DNS where dns_lookup_kdc allows it. */
export async function locateKdcs(
  realm: string,
  { config, signal }: AskOptions,
): Promise<readonly Kdc[]> {
  const configured = realmKdcs(config, realm);
  if (configured.length > 0) {
    return configured.map(parseKdc).filter((kdc) => kdc !== undefined);
  }
  return config.dnsLookupKdc ? kdcsFromDns(realm, signal && abandonmentOf(signal)) : [];
}

/**
 * An error may come from a KDC that knows less than the others, so it makes nobody the first. What
 * a KDC that lags behind says of a client's new key has the next request begin in the order of the
 * configuration.
 */
function nextFirst(answer: KdcAnswer<unknown>): NextFirst {
  if (answer.type === 'reply') {
    return 'answered';
  }
  switch (answer.error.errorCode) {
    case KDC_ERR_PREAUTH_REQUIRED:
      return 'answered';
    case KDC_ERR_C_PRINCIPAL_UNKNOWN:
    case KDC_ERR_KEY_EXPIRED:
    case KDC_ERR_PREAUTH_FAILED:
      return 'configured';
    default:
      return 'before';
  }
}

/** Whether nobody answered, and another request would fare no better. */
function isSilence(error: unknown): boolean {
  return error instanceof KdcUnreachable && error.cause === undefined;
}

/**
 * Sends `request` to the KDCs of `realm`, when it is its turn, and gives the first answer that
 * `open` takes, or a KRB-ERROR. Throws KdcUnreachable, KdcLookupFailed, or the signal's reason. The
 * limits of the configuration count from the turn on; the signal holds before it too.
 */
export async function askKdcs<T>(
  realm: string,
  request: Uint8Array,
  open: (answer: Uint8Array) => T | undefined,
  options: AskOptions,
): Promise<KdcAnswer<T>> {
  const { turns, last } = knownRealm(realm, options.config);
  const ask = () => askNow(realm, request, open, { ...options, last });
  return inTurn(turns, ask, isSilence, options.signal);
}

async function askNow<T>(
  realm: string,
  request: Uint8Array,
  open: (answer: Uint8Array) => T | undefined,
  options: AskOptions & { readonly last: LastAnswer },
): Promise<KdcAnswer<T>> {
  const { config, signal, last } = options;
  const kdcs = await locateKdcs(realm, options);
  if (kdcs.length === 0) {
    throw new KdcUnreachable(
      [
        realmKdcs(config, realm).length > 0
          ? `every kdc of ${realm} in krb5.conf is of a form that is not supported`
          : config.dnsLookupKdc
            ? `krb5.conf has no kdc for ${realm} and DNS no _kerberos._udp.${realm}`
            : `krb5.conf has no kdc for ${realm}, and dns_lookup_kdc is false`,
      ],
      false,
    );
  }
  let unavailable: KdcAnswer<T> | undefined;
  const accept = (answer: Uint8Array): KdcAnswer<T> | undefined => {
    const read = readAnswer(answer, open);
    if (read?.type === 'error' && read.error.errorCode === KDC_ERR_SVC_UNAVAILABLE) {
      unavailable = read;
      return undefined;
    }
    return read;
  };
  const send = (tcpOnly: boolean) =>
    sendToKdcs(kdcs, request, accept, {
      first: request.length > config.udpPreferenceLimit ? 'tcp' : 'udp',
      tcpOnly,
      overallMs: config.requestTimeout === undefined ? undefined : config.requestTimeout * 1000,
      signal,
      last,
      nextFirst,
    });
  try {
    const answer = await send(false);
    if (answer.type !== 'error' || answer.error.errorCode !== KRB_ERR_RESPONSE_TOO_BIG) {
      return answer;
    }
    if (!kdcs.some(({ transports }) => transports.includes('tcp'))) {
      throw new KdcUnreachable(
        ['the answer is too big for a datagram, and no KDC is to be asked by TCP'],
        false,
      );
    }
    return await send(true);
  } catch (error) {
    if (error instanceof KdcUnreachable && unavailable !== undefined) {
      return unavailable;
    }
    throw error;
  }
}
