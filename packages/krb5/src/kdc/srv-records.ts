/** KDCs by the SRV records of DNS (RFC 4120, section 7.2.3.2). */

import { randomInt } from 'node:crypto';
import { NODATA, NOTFOUND, type SrvRecord } from 'node:dns';
import type { Resolver } from 'node:dns/promises';
import { isNativeError } from 'node:util/types';
import { withResolver } from '../dns.js';
import { messageOf } from '../errors.js';
import type { Kdc } from './kdc.js';

/** DNS may list any number of servers; a client has no use for more. */
const MAX_SRV_RECORDS = 16;

/** The place of a record among others of its name. */
export interface Place {
  readonly priority: number;
  readonly weight: number;
}

/**
 * Orders SRV or URI records as RFC 2782 says: by priority; records of the same priority are drawn by
 * weight. `draw` returns a random integer from `min`, below `max`.
 */
export function orderSrv<T extends Place>(
  records: readonly T[],
  draw: (min: number, max: number) => number = randomInt,
): T[] {
  const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight);
  const ordered: T[] = [];
  while (left.length > 0) {
    const priority = left[0]?.priority;
    const equals = left.filter((record) => record.priority === priority);
    let point = draw(0, equals.reduce((sum, { weight }) => sum + weight, 0) + 1);
    const chosen = equals.find(({ weight }) => {
      point -= weight;
      return point <= 0;
    });
    const index = chosen === undefined ? 0 : left.indexOf(chosen);
    ordered.push(...left.splice(index, 1));
  }
  return ordered;
}

async function lookUp(resolver: Resolver, name: string): Promise<readonly SrvRecord[]> {
  try {
    return await resolver.resolveSrv(name);
  } catch (error) {
    // The realm offers nothing by this transport.
    if (
      isNativeError(error) &&
      'code' in error &&
      (error.code === NOTFOUND || error.code === NODATA)
    ) {
      return [];
    }
    throw error;
  }
}

/** DNS failed to say where a realm's KDCs are. */
export class KdcLookupFailed extends Error {
  override readonly name: string = 'KdcLookupFailed';
}

/** The services in the names of SRV records: all KDCs of a realm, or its primary KDCs alone. */
export type KdcService = '_kerberos' | '_kerberos-master';

/**
 * Returns the KDCs that SRV records list for `realm` (RFC 4120, section 7.2.3.2). A single target `.` says
 * that there are none (RFC 2782). Throws KdcLookupFailed if DNS fails, or `signal`'s reason.
 */
export async function kdcsFromSrv(
  realm: string,
  service: KdcService,
  signal?: AbortSignal,
): Promise<Kdc[]> {
  return withResolver(signal, async (resolver) => {
    const answers = await Promise.allSettled(
      (['udp', 'tcp'] as const).map(async (transport) =>
        orderSrv(
          (await lookUp(resolver, `${service}._${transport}.${realm}`)).slice(0, MAX_SRV_RECORDS),
        ).map(({ name, port }): Kdc => ({ host: name, port, transports: [transport] })),
      ),
    );
    const kdcs = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const failed = answers.find((answer) => answer.status === 'rejected');
    // One transport's records are enough.
    if (kdcs.length === 0 && failed !== undefined) {
      const cause: unknown = failed.reason;
      throw new KdcLookupFailed(messageOf(cause), { cause });
    }
    return kdcs.filter(({ host }) => host !== '' && host !== '.');
  });
}
