/** Writes credential caches, as if kinit and kvno had filled them. */
import {
  type CcacheCredential,
  type EncTicketPart,
  encodeCcache,
  TicketFlag,
  tgsPrincipal,
  toPrincipalName,
} from '@remctl/krb5/testing';
import { checkDifference, checkNames, checkSeconds } from './checks.js';
import { NO_REALMS_TRANSITED, sealTicket, sessionKey } from './issue-ticket.js';
import { type KdcState, kdcSeconds } from './kdc-state.js';
import type { KnownPrincipal } from './principals.js';

export interface CcacheOptions {
  /**
   * Seconds from the tickets' start to their end; 10 hours by default. 0 and less make tickets
   * that ended so many seconds ago.
   */
  readonly lifetime?: number;
  /** When the tickets start; now by default, or an hour before an end in the past. */
  readonly starttime?: Date;
  /** When the tickets end, in place of `lifetime`. */
  readonly endtime?: Date;
  /** Seconds from the tickets' start to the end of renewals; not renewable by default. */
  readonly renewable?: number;
  /** Whether the tickets may be forwarded; false by default. */
  readonly forwardable?: boolean;
  /** Services of this realm whose tickets are in the cache too. */
  readonly services?: readonly string[];
}

const OPTIONS: readonly string[] = [
  'lifetime',
  'starttime',
  'endtime',
  'renewable',
  'forwardable',
  'services',
] satisfies (keyof CcacheOptions)[];
const DEFAULT_LIFETIME_S = 10 * 3600;
/** Seconds that tickets of the past lasted. */
const PAST_LIFETIME_S = 3600;
const MS_PER_SECOND = 1000;
/** Caches hold moments in 32 bits. */
const END_OF_TIMES = 2 ** 32;

interface Times {
  readonly starttime: number;
  readonly endtime: number;
  readonly renewTill: number | undefined;
}

/**
 * Returns a cache file's bytes with the client's ticket-granting ticket. The KDC's limits do not
 * bound the tickets, and the client may be locked. Throws Error if a principal is unknown, RangeError
 * if the tickets would end before they start.
 */
export async function ccacheBytes(
  kdc: KdcState,
  clientName: string,
  options: CcacheOptions,
): Promise<Uint8Array> {
  checkNames('ccache()', OPTIONS, options);
  const client = kdc.principals.require(clientName);
  const tgs = kdc.principals.find(tgsPrincipal(kdc.realm));
  if (tgs === undefined) {
    throw new Error(`krbtgt/${kdc.realm} was removed: no ticket can be issued`);
  }
  const services = (options.services ?? []).map((name) => kdc.principals.require(name));
  const times = timesOf(kdc, options);
  const common =
    TicketFlag.PRE_AUTHENT |
    (options.forwardable === true ? TicketFlag.FORWARDABLE : 0) |
    (times.renewTill === undefined ? 0 : TicketFlag.RENEWABLE);
  const credentials = await Promise.all([
    credential(client, tgs, common | TicketFlag.INITIAL, times),
    ...services.map((service) =>
      credential(client, service, common | TicketFlag.TRANSITED_POLICY_CHECKED, times),
    ),
  ]);
  return encodeCcache({
    version: 4,
    timeOffset: undefined,
    defaultPrincipal: client.principal,
    credentials,
    configEntries: [],
  });
}

/** Returns the tickets' times. Throws RangeError if they make no ticket, or a cache cannot hold them. */
function timesOf(kdc: KdcState, options: CcacheOptions): Times {
  const { lifetime = DEFAULT_LIFETIME_S, renewable } = options;
  checkDifference('lifetime', lifetime);
  checkSeconds('renewable', renewable);
  const now = kdcSeconds(kdc);
  const givenStart = secondsOf(options.starttime);
  const lifetimeFrom = lifetime > 0 ? (givenStart ?? now) : now;
  const endtime = secondsOf(options.endtime) ?? lifetimeFrom + Math.floor(lifetime);
  checkHeld('endtime', endtime);
  const starttime = givenStart ?? (endtime > now ? now : endtime - PAST_LIFETIME_S);
  checkHeld('starttime', starttime);
  if (starttime >= endtime) {
    throw new RangeError('a ticket must start before it ends: see starttime, endtime and lifetime');
  }
  const renewTill = renewable === undefined ? undefined : Math.max(starttime + renewable, endtime);
  checkHeld('renewable', renewTill ?? endtime);
  return { starttime, endtime, renewTill };
}

function secondsOf(date: Date | undefined): number | undefined {
  return date === undefined ? undefined : Math.floor(date.getTime() / MS_PER_SECOND);
}

/** Throws RangeError if a cache cannot hold a moment, in seconds since 1970. */
function checkHeld(name: string, seconds: number): void {
  if (!(seconds >= 0 && seconds < END_OF_TIMES)) {
    throw new RangeError(`${name} must lead to a moment from 1970 to 2106`);
  }
}

async function credential(
  client: KnownPrincipal,
  service: KnownPrincipal,
  flags: number,
  { starttime, endtime, renewTill }: Times,
): Promise<CcacheCredential> {
  const { principal: server } = service;
  const key = sessionKey(service, service.keys[0].etypes);
  const part: EncTicketPart = {
    flags,
    key,
    crealm: client.principal.realm,
    cname: toPrincipalName(client.principal),
    transited: NO_REALMS_TRANSITED,
    authtime: starttime,
    starttime,
    endtime,
    ...(renewTill === undefined ? {} : { renewTill }),
  };
  return {
    client: client.principal,
    server,
    key,
    authtime: starttime,
    starttime,
    endtime,
    renewTill: renewTill ?? 0,
    isSkey: false,
    flags,
    addresses: [],
    authorizationData: [],
    ticket: await sealTicket(service, server, part),
    secondTicket: new Uint8Array(),
  };
}
