/** Where a realm's KDCs are: krb5.conf first, else DNS (RFC 4120, section 7.2.3). */
import { randomInt } from 'node:crypto';
import { NODATA, NOTFOUND, type SrvRecord } from 'node:dns';
import type { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { withResolver } from '../dns.js';
import type { Kdc, Transport } from './kdc.js';

/** The port of the Kerberos service (RFC 4120, section 7.2). */
const KERBEROS_PORT = 88;
/** DNS may list any number of servers; a client has no use for more. */
const MAX_SRV_RECORDS = 16;

/**
 * Reads a `kdc` relation's value: a host or an address, with an optional port after a colon, IPv6
 * addresses with a port in brackets, and optionally `udp/` or `tcp/` before it. Undefined for what
 * cannot be asked that way, such as an HTTPS proxy.
 */
export function parseKdc(value: string): Kdc | undefined {
  const text = value.trim();
  if (/^https?:/i.test(text)) {
    return undefined;
  }
  const [, prefix, rest = ''] = /^(?:(udp|tcp)\/)?(.*)$/i.exec(text) ?? [];
  const transports: Transport[] =
    prefix === undefined ? ['udp', 'tcp'] : [prefix.toLowerCase() === 'tcp' ? 'tcp' : 'udp'];
  if (isIPv6(rest)) {
    return { host: rest, port: KERBEROS_PORT, transports };
  }
  const parts = /^(?:\[([^\]]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/.exec(rest);
  const host = parts?.[1] ?? parts?.[2];
  const port = parts?.[3] === undefined ? KERBEROS_PORT : Number(parts[3]);
  if (host === undefined || port < 1 || port > 65535) {
    return undefined;
  }
  return { host, port, transports };
}

/** The order of RFC 2782: by priority, among equals drawn by weight. */
export function orderSrv(
  records: readonly SrvRecord[],
  draw: (min: number, max: number) => number = randomInt,
): SrvRecord[] {
  const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight);
  const ordered: SrvRecord[] = [];
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

async function srv(
  resolver: Resolver,
  transport: Transport,
  realm: string,
): Promise<readonly SrvRecord[]> {
  try {
    return await resolver.resolveSrv(`_kerberos._${transport}.${realm}`);
  } catch (error) {
    // No such name, or no such record: the realm offers nothing by this transport.
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === NOTFOUND || error.code === NODATA)
    ) {
      return [];
    }
    throw error;
  }
}

/** DNS did not say where a realm's KDCs are. */
export class KdcLookupFailed extends Error {
  override readonly name: string = 'KdcLookupFailed';
}

/**
 * The KDCs that DNS lists for `realm`. A single target `.` says that there are none (RFC 2782). Rejects
 * with KdcLookupFailed where DNS fails, and with `signal`'s reason.
 */
export async function kdcsFromDns(realm: string, signal?: AbortSignal): Promise<Kdc[]> {
  return withResolver(signal, async (resolver) => {
    const answers = await Promise.allSettled(
      (['udp', 'tcp'] as const).map(async (transport) =>
        orderSrv((await srv(resolver, transport, realm)).slice(0, MAX_SRV_RECORDS)).map(
          ({ name, port }): Kdc => ({ host: name, port, transports: [transport] }),
        ),
      ),
    );
    const kdcs = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const failed = answers.find((answer) => answer.status === 'rejected');
    // One transport's records are enough.
    if (kdcs.length === 0 && failed !== undefined) {
      const cause: unknown = failed.reason;
      throw new KdcLookupFailed(cause instanceof Error ? cause.message : String(cause), { cause });
    }
    return kdcs.filter(({ host }) => host !== '' && host !== '.');
  });
}
