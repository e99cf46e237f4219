/**
 * Looks up a host's addresses and canonical name like the system. It does the work of
 * getaddrinfo(3) with AI_CANONNAME, because Node does not offer that flag and cannot cancel
 * getaddrinfo.
 */
import { NODATA, NOTFOUND, TIMEOUT } from 'node:dns';
import { lookup, lookupService, type Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { withResolver } from '../dns.js';
import { systemErrorCode } from '../file/read-file.js';
import { linesFor, nameOfAddress } from './hosts-file.js';
import { type SystemFiles, systemFiles } from './system-files.js';

/** An address, and the version of its protocol. */
export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** A host's canonical name and its addresses. */
export interface ResolvedHost {
  /** The name at the end of the aliases; without aliases, the name as it was given. */
  readonly canonicalName: string;
  /**
   * The addresses, in the order in which to try them. Empty if only the name's aliases are known.
   */
  readonly addresses: readonly HostAddress[];
}

/** The longest chain of aliases that is followed. */
const MAX_ALIASES = 8;
/**
 * The services that this file asks itself. The system asks the others, such as mDNS, LDAP or sssd.
 */
const ASKED_HERE: ReadonlySet<string> = new Set(['files', 'dns', 'resolve']);
const LOOPBACK: readonly HostAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** getaddrinfo's error for an unknown name, as Node reports it. */
const UNKNOWN = { code: 'ENOTFOUND', errno: -3008 };
/** getaddrinfo's error if no service could answer, as Node reports it. */
const TRY_AGAIN = { code: 'EAI_AGAIN', errno: -3001 };

function lookupError(details: typeof UNKNOWN, hostname: string, cause?: unknown): Error {
  const error = new Error(`getaddrinfo ${details.code} ${hostname}`, { cause });
  return Object.assign(error, details, { syscall: 'getaddrinfo', hostname });
}

/** Returns a question's answer; empty if DNS says that there is no such name or record. */
async function answers<T>(question: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await question;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === NOTFOUND || code === NODATA) {
      return [];
    }
    throw error;
  }
}

async function askDns(resolver: Resolver, name: string): Promise<ResolvedHost | undefined> {
  let canonicalName = name;
  for (let alias = 0; alias < MAX_ALIASES; alias++) {
    const [target] = await answers(resolver.resolveCname(canonicalName));
    if (target === undefined) {
      break;
    }
    canonicalName = target;
  }
  // The questions name the canonical name, so that the addresses belong to that host.
  const [four, six] = await Promise.all([
    answers(resolver.resolve4(canonicalName)),
    answers(resolver.resolve6(canonicalName)),
  ]);
  if (canonicalName === name && four.length === 0 && six.length === 0) {
    return undefined;
  }
  return {
    canonicalName,
    addresses: [
      ...four.map((address): HostAddress => ({ address, family: 4 })),
      ...six.map((address): HostAddress => ({ address, family: 6 })),
    ],
  };
}

/** Returns the names to ask DNS for, in order (resolver(5): search, ndots). */
export function dnsCandidates(
  host: string,
  { search, ndots }: Pick<SystemFiles, 'search' | 'ndots'>,
) {
  if (host.endsWith('.')) {
    return [host.slice(0, -1)];
  }
  const dots = host.split('.').length - 1;
  const searched = search.map((domain) => `${host}.${domain.replace(/\.$/, '')}`);
  return dots >= ndots ? [host, ...searched] : [...searched, host];
}

function inHosts({ hosts }: SystemFiles, host: string): ResolvedHost | undefined {
  const lines = linesFor(hosts, host.replace(/\.$/, ''));
  const canonicalName = lines[0]?.names[0];
  if (canonicalName === undefined) {
    return /^(?:.*\.)?localhost\.?$/i.test(host)
      ? { canonicalName: host, addresses: LOOPBACK }
      : undefined;
  }
  return { canonicalName, addresses: lines.map(({ address, family }) => ({ address, family })) };
}

async function inDns(
  resolver: Resolver,
  host: string,
  files: SystemFiles,
): Promise<ResolvedHost | undefined> {
  for (const candidate of dnsCandidates(host, files)) {
    const found = await askDns(resolver, candidate);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/**
 * Asks the system. The question cannot be cancelled, and the process does not end before its
 * answer.
 */
async function bySystem(host: string): Promise<ResolvedHost> {
  const found = await lookup(host, { all: true });
  const addresses = found.map(
    ({ address, family }): HostAddress => ({ address, family: family === 6 ? 6 : 4 }),
  );
  return { canonicalName: host, addresses };
}

async function search(
  host: string,
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<ResolvedHost> {
  const files = await systemFiles();
  signal?.throwIfAborted();
  if (process.platform !== 'linux') {
    return inHosts(files, host) ?? bySystem(host);
  }
  let failure: unknown;
  for (const service of files.services) {
    if (service === 'files') {
      const found = inHosts(files, host);
      if (found !== undefined) {
        return found;
      }
    } else if (ASKED_HERE.has(service)) {
      try {
        const found = await inDns(resolver, host, files);
        if (found !== undefined) {
          return found;
        }
      } catch (error) {
        // A cancelled question is no answer. It must not lead on to the system, which nobody can
        // stop.
        signal?.throwIfAborted();
        if (systemErrorCode(error) === undefined) {
          throw error;
        }
        failure = error;
      }
    }
  }
  // The system would ask silent name servers once more, and nobody could stop it.
  const others = files.services.some((service) => !ASKED_HERE.has(service));
  if (others && systemErrorCode(failure) !== TIMEOUT) {
    return bySystem(host);
  }
  throw failure === undefined ? lookupError(UNKNOWN, host) : lookupError(TRY_AGAIN, host, failure);
}

/** Whether this machine has an IPv6 address that others can reach. */
function hasIPv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(
      ({ family, internal, address }) =>
        family === 'IPv6' && !internal && !address.toLowerCase().startsWith('fe80:'),
    ),
  );
}

/**
 * Puts the family first that connections are likely to succeed with (RFC 6724, section 6, rule 1).
 */
function inOrder(addresses: readonly HostAddress[]): readonly HostAddress[] {
  const first = hasIPv6() ? 6 : 4;
  return [
    ...addresses.filter(({ family }) => family === first),
    ...addresses.filter(({ family }) => family !== first),
  ];
}

/**
 * Returns the canonical name and the addresses of `host`, from /etc/hosts and DNS in
 * nsswitch.conf's order. An address is its own canonical name. If nsswitch.conf names other
 * services, the system asks them last. When `signal` aborts, questions to DNS end at once; a
 * question to the system goes on.
 *
 * Throws the signal's reason if `signal` aborts, an error with code ENOTFOUND if no service knows
 * the host, one with code EAI_AGAIN if a service could not answer, and the system's error, such as
 * EMFILE, if a file cannot be read.
 */
export async function resolveHost(host: string, signal?: AbortSignal): Promise<ResolvedHost> {
  const family = isIP(host);
  if (family === 4 || family === 6) {
    signal?.throwIfAborted();
    return { canonicalName: host, addresses: [{ address: host, family }] };
  }
  const found = await withResolver(signal, (resolver) => search(host, resolver, signal));
  return { ...found, addresses: inOrder(found.addresses) };
}

/**
 * Returns the name of an address from /etc/hosts, else from DNS; undefined if neither has one.
 * Throws the signal's reason if `signal` aborts, and the system's error if one of its files cannot
 * be read.
 */
export async function nameOf(address: string, signal?: AbortSignal): Promise<string | undefined> {
  return withResolver(signal, async (resolver) => {
    const files = await systemFiles();
    signal?.throwIfAborted();
    const own = nameOfAddress(files.hosts, address);
    if (own !== undefined) {
      return own;
    }
    try {
      if (process.platform !== 'linux') {
        return (await lookupService(address, 0)).hostname;
      }
      return (await answers(resolver.reverse(address)))[0];
    } catch (error) {
      signal?.throwIfAborted();
      if (systemErrorCode(error) === undefined) {
        throw error;
      }
      return undefined;
    }
  });
}
