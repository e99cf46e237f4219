/** Writes credential caches, as if kinit and kvno had filled them. */
import {
  type CcacheCredential,
  type EncTicketPart,
  encodeCcache,
  TicketFlag,
  tgsPrincipal,
  toPrincipalName,
} from '@remctl/krb5/testing';
import { checkDifference, checkSeconds } from './checks.js';
import { NO_REALMS_TRANSITED, sealTicket, sessionKey } from './issue-ticket.js';
import { type KdcState, kdcSeconds } from './kdc-state.js';
import type { KnownPrincipal } from './principals.js';

export interface CcacheOptions {
  /**
   * Seconds from the tickets' start to their end; 10 hours by default. A negative number makes
   * tickets that ended so many seconds ago.
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

const DEFAULT_LIFETIME_S = 10 * 3600;
/** Seconds that tickets of the past lasted. */
const PAST_LIFETIME_S = 3600;

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

function timesOf(kdc: KdcState, options: CcacheOptions): Times {
  const { lifetime = DEFAULT_LIFETIME_S, renewable } = options;
  checkDifference('lifetime', lifetime);
  checkSeconds('renewable', renewable);
  const now = kdcSeconds(kdc);
  const givenStart =
    options.starttime === undefined ? undefined : seconds('starttime', options.starttime);
  const endtime =
    options.endtime === undefined
      ? Math.floor((lifetime < 0 ? now : (givenStart ?? now)) + lifetime)
      : seconds('endtime', options.endtime);
  const starttime = givenStart ?? Math.min(now, endtime - (endtime <= now ? PAST_LIFETIME_S : 0));
  if (starttime >= endtime) {
    throw new RangeError('a ticket must start before it ends: see starttime, endtime and lifetime');
  }
  return {
    starttime,
    endtime,
    renewTill: renewable === undefined ? undefined : Math.max(starttime + renewable, endtime),
  };
}

/** Returns a moment in whole seconds since 1970. Throws RangeError if a cache cannot hold it. */
function seconds(name: string, date: Date): number {
  const value = Math.floor(date.getTime() / 1000);
  if (!(value >= 0 && value < 2 ** 32)) {
    throw new RangeError(`${name} must be a date from 1970 to 2106`);
  }
  return value;
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
