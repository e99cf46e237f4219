/**
 * A Kerberos KDC in this process, for tests alone.
 *
 * It keeps its principals in memory, listens on loopback alone, checks no client's address, knows no
 * password policy, and gives its keys to whoever has the object.
 */
import { formatPrincipal, parsePrincipal } from '@remctl/krb5';
import { tgsPrincipal } from '@remctl/krb5/testing';
import { randomPassword } from '../random-password.js';
import { answerRequest, type KdcRecord } from './answer-request.js';
import { type CcacheOptions, ccacheBytes } from './ccache-file.js';
import { checkDifference, checkNames, checkSeconds } from './checks.js';
import { ALL_ENCRYPTION_TYPES, type EncryptionType, etypeNumbers } from './encryption-types.js';
import type { KdcState, TrustedRealm } from './kdc-state.js';
import { type KeytabOptions, keytabBytes } from './keytab-file.js';
import { checkLoopback, checkPort, listen } from './listen.js';
import {
  createPrincipals,
  type KeyOptions,
  type PrincipalOptions,
  type PrincipalPolicy,
} from './principals.js';
import { startService } from './service.js';

export interface KdcOptions {
  /** The realm's name; REMCTL.TEST by default. */
  readonly realm?: string;
  /** The loopback address to listen on: of 127.0.0.0/8, or ::1; 127.0.0.1 by default. */
  readonly host?: string;
  /** The port for UDP and TCP; 0, the default, is any port that is free for both. */
  readonly port?: number;
  /**
   * The types of keys, the preferred one first; all four by default, in MIT Kerberos's order of
   * preference.
   */
  readonly encryptionTypes?: readonly EncryptionType[];
  /** The most seconds of a ticket; a day by default. */
  readonly maxLifetime?: number;
  /** The most seconds in which a ticket can be renewed; a week by default. */
  readonly maxRenewableLifetime?: number;
  /** The seconds by which a client's clock may differ; 300 by default. */
  readonly clockskew?: number;
  /** The milliseconds by which the KDC's clock is ahead of this machine's; 0 by default. */
  readonly skewMs?: number;
  /** The most bytes of an answer by UDP, after which a client must ask by TCP; 4,096 by default. */
  readonly maxUdpAnswer?: number;
  /** Gets a record of each request. What it throws is an uncaught exception of the process. */
  readonly log?: (record: KdcRecord) => void;
}

/** A running KDC. `await using kdc = await startKdc()` stops it in the end. */
export interface TestKdc extends TrustedRealm, AsyncDisposable {
  readonly realm: string;
  readonly host: string;
  /** The port for UDP and TCP. It stays the same after `stop()` and `start()`. */
  readonly port: number;
  /** The milliseconds by which the KDC's clock is ahead of this machine's; may be set. */
  skewMs: number;
  /** The last thousand requests, the newest last. */
  readonly requests: readonly KdcRecord[];
  /**
   * Adds a principal, and returns its whole name. A name without `@REALM` is of this realm. Throws
   * Error if the principal exists or is of another realm, Krb5Error if the name is malformed.
   */
  addPrincipal(name: string, options?: PrincipalOptions): string;
  /** Tells whether the KDC has a principal. Throws Krb5Error if the name is malformed. */
  hasPrincipal(name: string): boolean;
  /** Changes what a principal may do; what is left out stays. Throws Error if it is unknown. */
  changePrincipal(name: string, policy: PrincipalPolicy): void;
  /** Removes a principal. Throws Error if it is unknown. */
  removePrincipal(name: string): void;
  /**
   * Gives a principal new keys, random ones or a password's, and returns their version. Tickets for
   * the old keys can still be shown to this KDC. Throws Error if the principal is unknown.
   */
  changeKey(name: string, options?: KeyOptions): number;
  /**
   * Returns a keytab file's bytes, with all keys of the named principals. Write them so that only
   * their owner can read them. Throws Error if a principal is unknown.
   */
  keytab(names: string | readonly string[], options?: KeytabOptions): Promise<Uint8Array>;
  /**
   * Returns a credential cache file's bytes, with a client's ticket-granting ticket. It is made
   * without the network, and may have expired already or begin later. Write the bytes so that only
   * their owner can read them: Heimdal's programs refuse other files. Throws Error if a principal is
   * unknown, RangeError for times that make no ticket.
   */
  ccache(client: string, options?: CcacheOptions): Promise<Uint8Array>;
  /** Has both realms take each other's tickets. Throws Error if they do already. */
  trust(other: TestKdc): void;
  /** Listens again, on the same port; nothing happens if it listens. Throws Error if it cannot. */
  start(): Promise<void>;
  /** Stops listening and cuts all connections. Principals, tickets and `requests` stay. */
  stop(): Promise<void>;
}

const OPTIONS: readonly string[] = [
  'realm',
  'host',
  'port',
  'encryptionTypes',
  'maxLifetime',
  'maxRenewableLifetime',
  'clockskew',
  'skewMs',
  'maxUdpAnswer',
  'log',
] satisfies (keyof KdcOptions)[];
const DEFAULT_REALM = 'REMCTL.TEST';
const DEFAULT_HOST = '127.0.0.1';
const DAY_S = 24 * 3600;
const DEFAULT_CLOCKSKEW_S = 300;
/** MIT Kerberos's KDC has the same bound (kdc.conf(5), "max_dgram_reply_size" is 4096). */
const DEFAULT_MAX_UDP_ANSWER = 4096;
const MAX_DATAGRAM = 65_507;
const MAX_RECORDS = 1000;
const MS_PER_SECOND = 1000;

/** What a KDC keeps besides its public interface. */
interface OwnState extends KdcState {
  readonly encryptionTypes: readonly EncryptionType[];
  readonly trusted: Map<string, TrustedRealm>;
}

const states = new WeakMap<TestKdc, OwnState>();

/**
 * Starts a KDC for tests. Throws Error or RangeError before it listens if an option cannot be used:
 * an address that is not loopback, for example. Throws Error if the port is taken.
 */
export async function startKdc(options: KdcOptions = {}): Promise<TestKdc> {
  const { realm = DEFAULT_REALM, host = DEFAULT_HOST, log } = options;
  const { encryptionTypes = ALL_ENCRYPTION_TYPES } = options;
  const { maxUdpAnswer = DEFAULT_MAX_UDP_ANSWER } = options;
  checkOptions(options);
  const clock = { skewMs: options.skewMs ?? 0 };
  const state: OwnState = {
    realm,
    encryptionTypes,
    principals: createPrincipals(realm, etypeNumbers(encryptionTypes)),
    trusted: new Map(),
    maxLifetime: options.maxLifetime ?? DAY_S,
    maxRenewableLifetime: options.maxRenewableLifetime ?? 7 * DAY_S,
    clockskew: options.clockskew ?? DEFAULT_CLOCKSKEW_S,
    now: () => Date.now() + clock.skewMs,
  };
  const requests: KdcRecord[] = [];
  const answer = async (message: Uint8Array, transport: KdcRecord['transport']) => {
    const answered = await answerRequest(state, message);
    const record = { ...answered.record, transport };
    requests.push(record);
    requests.splice(0, requests.length - MAX_RECORDS);
    if (log !== undefined) {
      // A log that throws must be seen, and must not look like a client that went away.
      queueMicrotask(() => log(record));
    }
    return answered.answer;
  };
  const service = await startService(
    (port) => listen(state, { host, port, maxUdpAnswer, answer }),
    options.port ?? 0,
  );
  const { principals } = state;
  const kdc: TestKdc = {
    realm,
    host,
    port: service.port,
    get skewMs() {
      return clock.skewMs;
    },
    set skewMs(milliseconds) {
      checkSkew(milliseconds);
      clock.skewMs = milliseconds;
    },
    requests,
    addPrincipal: (name, more = {}) => principals.add(name, more).name,
    hasPrincipal: (name) =>
      principals.find(parsePrincipal(name, { defaultRealm: realm })) !== undefined,
    changePrincipal: principals.change,
    removePrincipal: principals.remove,
    changeKey: (name, more = {}) => principals.changeKey(name, more).keys[0].kvno,
    keytab: (names, more = {}) =>
      keytabBytes(state, typeof names === 'string' ? [names] : names, more),
    ccache: (client, more = {}) => ccacheBytes(state, client, more),
    trust: (other) => trustEachOther(state, other),
    start: service.start,
    stop: service.stop,
    [Symbol.asyncDispose]: service.stop,
  };
  states.set(kdc, state);
  return kdc;
}

function checkOptions(options: KdcOptions): void {
  checkNames('startKdc()', OPTIONS, options);
  const { realm = DEFAULT_REALM, host = DEFAULT_HOST, port = 0, clockskew, skewMs = 0 } = options;
  const { maxUdpAnswer = DEFAULT_MAX_UDP_ANSWER } = options;
  checkRealm(realm);
  checkLoopback(host);
  checkPort(port);
  checkSeconds('maxLifetime', options.maxLifetime);
  checkSeconds('maxRenewableLifetime', options.maxRenewableLifetime);
  checkSeconds('clockskew', clockskew);
  checkSkew(skewMs);
  if (!Number.isInteger(maxUdpAnswer) || maxUdpAnswer < 1 || maxUdpAnswer > MAX_DATAGRAM) {
    throw new RangeError(`maxUdpAnswer must be a whole number of bytes from 1 to ${MAX_DATAGRAM}`);
  }
}

/** Throws Error if a name cannot be a realm's: other programs could not write it in their files. */
function checkRealm(realm: string): void {
  if (!/^[A-Za-z0-9._-]+$/.test(realm)) {
    throw new Error(
      `"${realm}" is not a realm's name: use letters, digits, dots and hyphens, as in TEST.EXAMPLE`,
    );
  }
}

function checkSkew(skewMs: number): void {
  checkDifference('skewMs', skewMs / MS_PER_SECOND);
}

/** Gives both realms the keys for each other's tickets, one for each direction. */
function trustEachOther(state: OwnState, other: TestKdc): void {
  const otherState = states.get(other);
  if (otherState === undefined || otherState.realm === state.realm) {
    throw new Error(`${state.realm} can only trust a test KDC of another realm`);
  }
  if (state.trusted.has(other.realm)) {
    throw new Error(`${state.realm} and ${other.realm} trust each other already`);
  }
  shareKey(state, otherState);
  shareKey(otherState, state);
  state.trusted.set(other.realm, other);
  otherState.trusted.set(state.realm, {
    realm: state.realm,
    hasPrincipal: (name) => state.principals.find(parsePrincipal(name)) !== undefined,
  });
}

/** Gives both realms the keys of the tickets that `issuer` issues for `taker`. */
function shareKey(issuer: OwnState, taker: OwnState): void {
  const name = formatPrincipal(tgsPrincipal(taker.realm, issuer.realm));
  const password = randomPassword();
  for (const { principals } of [issuer, taker]) {
    principals.add(name, { password, encryptionTypes: issuer.encryptionTypes });
  }
}
