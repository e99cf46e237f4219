/** Asks each KDC of a realm by each transport, for its time. */
import { isNativeError } from 'node:util/types';
import { asRequest, asRequestBody, readAsRep } from '../client/as-exchange.js';
import { unreachable } from '../client/kdc-failure.js';
import { asEtypes } from '../client/offered-etypes.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { krbErrorName } from '../error-codes.js';
import { messageOf } from '../errors.js';
import { abandonmentOf } from '../kdc/abandoned.js';
import { readAnswer } from '../kdc/answer.js';
import {
  addressesOf,
  type Kdc,
  type KdcAddress,
  systemResolve,
  type Transport,
} from '../kdc/kdc.js';
import { locateKdcs } from '../kdc/locate.js';
import { exchangeBy } from '../kdc/transports.js';
import type { Principal } from '../principal.js';

const MS_PER_SECOND = 1000;
const MICROSECONDS_PER_MS = 1000;
/** KDCs and addresses that are asked: DNS chooses how many there are. */
const MAX_KDCS = 16;
const MAX_ADDRESSES = 8;
/** A ticket that is granted without a proof ends soon. */
const TICKET_LIFETIME_S = 60;
/** RFC 6111: a name that no KDC gives to a client of its own. */
const NOBODY = { nameType: 11, components: ['WELLKNOWN', 'ANONYMOUS'] } as const;

/** What one KDC did with a request. */
export interface KdcReport {
  /** As krb5.conf or DNS names it. */
  readonly host: string;
  readonly port: number;
  /** Undefined if the name has no address. */
  readonly address: string | undefined;
  readonly transport: Transport;
  readonly milliseconds: number;
  /** The KDC's clock minus this machine's, in milliseconds; undefined if the answer did not say. */
  readonly clockDifferenceMs: number | undefined;
  /** What the KDC said, by RFC 4120's name; undefined if it granted a ticket or did not answer. */
  readonly answer: string | undefined;
  /** Why there is no answer; undefined if there is one. */
  readonly failure: string | undefined;
}

/**
 * Returns a realm's KDCs from krb5.conf, else from DNS. Throws Krb5Error if there are none, and the signal's reason.
 */
export async function kdcsOf(
  realm: string,
  config: Krb5Config,
  signal: AbortSignal,
): Promise<readonly Kdc[]> {
  try {
    return await locateKdcs(realm, config, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(error, realm);
  }
}

/** Returns a request that no KDC grants to somebody who proves nothing. */
function harmlessRequest(realm: string, config: Krb5Config) {
  const client: Principal = { ...NOBODY, components: [...NOBODY.components], realm };
  const till = Math.floor(Date.now() / MS_PER_SECOND) + TICKET_LIFETIME_S;
  const terms = { kdcOptions: 0, till, rtime: undefined, addresses: undefined };
  return asRequest(asRequestBody(client, asEtypes(config), terms), []);
}

async function askOne(
  kdc: Kdc,
  address: KdcAddress,
  transport: Transport,
  { realm, config, signal }: { realm: string; config: Krb5Config; signal: AbortSignal },
): Promise<KdcReport> {
  const begun = performance.now();
  const request = harmlessRequest(realm, config);
  const base = { host: kdc.host, port: kdc.port, address: address.address, transport };
  try {
    const answer = await exchangeBy[transport](
      address,
      request.message,
      (bytes) => readAnswer(bytes, (reply) => readAsRep(reply, request)),
      signal,
      abandonmentOf(signal),
    );
    const milliseconds = performance.now() - begun;
    if (answer.type === 'reply') {
      return {
        ...base,
        milliseconds,
        clockDifferenceMs: undefined,
        answer: undefined,
        failure: undefined,
      };
    }
    const { stime, susec, errorCode } = answer.error;
    // The answer was made about half of the round trip ago.
    const theirs = stime * MS_PER_SECOND + susec / MICROSECONDS_PER_MS + milliseconds / 2;
    return {
      ...base,
      milliseconds,
      clockDifferenceMs: theirs - Date.now(),
      answer: krbErrorName(errorCode),
      failure: undefined,
    };
  } catch (error) {
    const failure = signal.aborted
      ? 'no answer in time'
      : isNativeError(error)
        ? error.message
        : String(error);
    const milliseconds = performance.now() - begun;
    return { ...base, milliseconds, clockDifferenceMs: undefined, answer: undefined, failure };
  }
}

async function askKdc(
  kdc: Kdc,
  question: { realm: string; config: Krb5Config; signal: AbortSignal },
): Promise<KdcReport[]> {
  const begun = performance.now();
  let addresses: readonly KdcAddress[];
  try {
    addresses = await addressesOf(kdc, systemResolve, question.signal);
  } catch (error) {
    const reason = messageOf(error);
    return kdc.transports.map((transport) => ({
      ...{ host: kdc.host, port: kdc.port, address: undefined, transport },
      milliseconds: performance.now() - begun,
      ...{ clockDifferenceMs: undefined, answer: undefined },
      failure: question.signal.aborted ? 'its name did not resolve in time' : reason,
    }));
  }
  return Promise.all(
    addresses
      .slice(0, MAX_ADDRESSES)
      .flatMap((address) =>
        kdc.transports.map((transport) => askOne(kdc, address, transport, question)),
      ),
  );
}

/**
 * Asks each KDC, at each address and by each transport, at the same time, for a ticket that it will refuse. The refusal
 * tells its time. `signal` ends the wait for those that are silent.
 */
export async function askEachKdc(
  kdcs: readonly Kdc[],
  realm: string,
  config: Krb5Config,
  signal: AbortSignal,
): Promise<KdcReport[]> {
  const question = { realm, config, signal };
  const reports = await Promise.all(kdcs.slice(0, MAX_KDCS).map((kdc) => askKdc(kdc, question)));
  return reports.flat();
}
