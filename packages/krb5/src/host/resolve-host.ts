/**
 * Looks up a host's addresses and canonical name like the system. It does the work of
 * getaddrinfo(3) with AI_CANONNAME, because Node does not offer that flag and cannot cancel
 * getaddrinfo.
 */
import { BADNAME, NODATA, NOTFOUND, SERVFAIL, TIMEOUT } from 'node:dns';
import { lookup, lookupService, type Resolver } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { withResolver } from '../dns.js';
import { systemErrorCode } from '../file/read-file.js';
import { linesFor, nameOfAddress } from './hosts-file.js';
import { type HostAddress, numericAddress } from './numeric-address.js';
import { type HostService, type SystemFiles, systemFiles } from './system-files.js';

export type { HostAddress };

/** A host's canonical name and its addresses. */
export interface ResolvedHost {
  /** The name at the end of the aliases; without aliases, the name as it was given. */
  readonly canonicalName: string;
  /** The addresses, in the order in which to try them: at least one. */
  readonly addresses: readonly HostAddress[];
}

/** The longest chain of aliases that is followed. A longer one, or a loop, leads to no host. */
const MAX_ALIASES = 16;
/** The addresses of each family that are taken of an answer, which holds some thousands at most. */
const MAX_ADDRESSES = 256;
/** A name of a host. Names with other characters could mean something else elsewhere. */
const HOST_NAME = /^[\w.-]{1,253}$/;
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
/** getaddrinfo's error for a name that exists and has no address: EAI_NODATA. */
const NO_ADDRESS = { code: NODATA, errno: -3007 };
/** getaddrinfo's error if no service could answer, as Node reports it. */
const TRY_AGAIN = { code: 'EAI_AGAIN', errno: -3001 };

function lookupError(details: typeof UNKNOWN, hostname: string, cause?: unknown): Error {
  const error = new Error(`getaddrinfo ${details.code} ${hostname}`, { cause });
  return Object.assign(error, details, { syscall: 'getaddrinfo', hostname });
}

/**
 * Whether ENOTFOUND means that the name does not exist. Bun and Deno say it also of a name that has no record of
 * the type, for which Node says ENODATA.
 */
const TELLS_ABSENCE = process.versions.bun === undefined && process.versions.deno === undefined;

/** What DNS says to a question. */
interface DnsAnswer<T> {
  /** Whether the name exists. It may have no record of the type all the same. */
  readonly exists: boolean;
  readonly records: readonly T[];
}

/** Asks DNS. No such name and no such record are answers. */
async function ask<T>(question: Promise<readonly T[]>): Promise<DnsAnswer<T>> {
  try {
    return { exists: true, records: await question };
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === NODATA || code === NOTFOUND || code === BADNAME) {
      return { exists: code === NODATA, records: [] };
    }
    throw error;
  }
}

/** What a service has for a host: nothing, the name alone, or its addresses. */
type Answer = 'unknown' | 'no address' | ResolvedHost;

/** Returns the name at the end of the aliases; undefined if they lead to none. */
async function endOfAliases(resolver: Resolver, name: string): Promise<string | undefined> {
  let canonicalName = name;
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases += 1) {
    const { records, exists } = await ask(resolver.resolveCname(canonicalName));
    // Deno leaves the last dot in place.
    const target = records[0]?.replace(/\.$/, '');
    if (target === undefined) {
      return exists || !TELLS_ABSENCE ? canonicalName : undefined;
    }
    if (!HOST_NAME.test(target)) {
      return undefined;
    }
    canonicalName = target;
  }
  return undefined;
}

/** Returns the addresses of a host. One family's failure does not hide the other's addresses. */
async function addressesOf(resolver: Resolver, host: string): Promise<readonly HostAddress[]> {
  const [four, six] = await Promise.allSettled([
    ask(resolver.resolve4(host)),
    ask(resolver.resolve6(host)),
  ]);
  const ofFamily = (result: typeof four, family: 4 | 6) =>
    result.status === 'rejected'
      ? []
      : result.value.records
          .slice(0, MAX_ADDRESSES)
          .map((address): HostAddress => ({ address, family }));
  const addresses = [...ofFamily(four, 4), ...ofFamily(six, 6)];
  const failed = [four, six].find((result) => result.status === 'rejected');
  if (addresses.length === 0 && failed !== undefined) {
    throw failed.reason;
  }
  return addresses;
}

async function askDns(resolver: Resolver, name: string): Promise<Answer> {
  const canonicalName = await endOfAliases(resolver, name);
  if (canonicalName === undefined) {
    return 'unknown';
  }
  // The questions name the canonical name, so that the addresses belong to that host.
  const addresses = await addressesOf(resolver, canonicalName);
  if (addresses.length > 0) {
    return { canonicalName, addresses };
  }
  return canonicalName === name && TELLS_ABSENCE ? 'no address' : 'unknown';
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

function inHosts({ hosts }: SystemFiles, host: string): Answer {
  const lines = linesFor(hosts, host);
  const canonicalName = lines[0]?.names[0];
  if (canonicalName === undefined) {
    return /^(?:.*\.)?localhost\.?$/i.test(host)
      ? { canonicalName: host, addresses: LOOPBACK }
      : 'unknown';
  }
  return { canonicalName, addresses: lines.map(({ address, family }) => ({ address, family })) };
}

async function inDns(resolver: Resolver, host: string, files: SystemFiles): Promise<Answer> {
  let answer: Answer = 'unknown';
  let failure: unknown;
  for (const candidate of dnsCandidates(host, files)) {
    try {
      const found = await askDns(resolver, candidate);
      if (typeof found === 'object') {
        return found;
      }
      answer = found === 'no address' ? found : answer;
    } catch (error) {
      // One domain's servers are broken. The next candidate may be of another domain.
      if (systemErrorCode(error) !== SERVFAIL) {
        throw error;
      }
      failure ??= error;
    }
  }
  if (failure !== undefined) {
    throw failure;
  }
  return answer;
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

/** Asks a service. The system would have to ask one that is not asked here. */
async function askService(
  { name }: HostService,
  host: string,
  files: SystemFiles,
  resolver: Resolver,
): Promise<Answer> {
  if (name === 'files') {
    return inHosts(files, host);
  }
  return ASKED_HERE.has(name) ? inDns(resolver, host, files) : 'unknown';
}

function lookupFailure(host: string, answer: Answer, failure: unknown): Error {
  if (failure !== undefined) {
    return lookupError(TRY_AGAIN, host, failure);
  }
  return lookupError(answer === 'no address' ? NO_ADDRESS : UNKNOWN, host);
}

async function search(
  host: string,
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<ResolvedHost> {
  const files = await systemFiles();
  signal?.throwIfAborted();
  if (process.platform !== 'linux') {
    const found = inHosts(files, host);
    return typeof found === 'object' ? found : bySystem(host);
  }
  let answer: Answer = 'unknown';
  let failure: unknown;
  for (const service of files.services) {
    let unanswered: unknown;
    try {
      const found = await askService(service, host, files, resolver);
      if (typeof found === 'object') {
        return found;
      }
      answer = found === 'no address' ? found : answer;
    } catch (error) {
      // A cancelled question is no answer. It must not lead on to the system, which nobody can
      // stop.
      signal?.throwIfAborted();
      if (systemErrorCode(error) === undefined) {
        throw error;
      }
      unanswered = error;
      failure ??= error;
    }
    const isAsked = ASKED_HERE.has(service.name);
    if (isAsked && (unanswered === undefined ? service.endsIfUnknown : service.endsIfUnanswered)) {
      throw lookupFailure(host, answer, failure);
    }
  }
  // The system would ask silent name servers once more, and nobody could stop it.
  const others = files.services.some(({ name }) => !ASKED_HERE.has(name));
  if (others && systemErrorCode(failure) !== TIMEOUT) {
    return bySystem(host);
  }
  throw lookupFailure(host, answer, failure);
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
 * services, the system asks them last. Names that are no host names do not count in an answer of
 * DNS. When `signal` aborts, questions to DNS end at once; a
 * question to the system goes on.
 *
 * Throws the signal's reason if `signal` aborts, an error with code ENOTFOUND if no service knows
 * the host, one with code ENODATA if the host exists and has no address, one with code EAI_AGAIN if a service could not answer, and the system's error, such as
 * EMFILE, if a file cannot be read.
 */
export async function resolveHost(host: string, signal?: AbortSignal): Promise<ResolvedHost> {
  const numeric = numericAddress(host);
  if (numeric !== undefined) {
    signal?.throwIfAborted();
    return { canonicalName: host, addresses: [numeric] };
  }
  const found = await withResolver(signal, (resolver) => search(host, resolver, signal));
  return { ...found, addresses: inOrder(found.addresses) };
}

/** Returns the name that a service has for an address. */
async function askForName(
  { name }: HostService,
  address: string,
  { hosts }: SystemFiles,
  resolver: Resolver,
): Promise<string | undefined> {
  if (name === 'files') {
    return nameOfAddress(hosts, address);
  }
  if (!ASKED_HERE.has(name)) {
    return undefined;
  }
  const { records } = await ask(resolver.reverse(address));
  return records.map((each) => each.replace(/\.$/, '')).find((each) => HOST_NAME.test(each));
}

/**
 * Returns the name of an address from /etc/hosts and DNS, in nsswitch.conf's order; undefined if
 * neither has one. Throws the signal's reason if `signal` aborts, and the system's error if one of
 * its files cannot be read.
 */
export async function nameOf(address: string, signal?: AbortSignal): Promise<string | undefined> {
  return withResolver(signal, async (resolver) => {
    const files = await systemFiles();
    signal?.throwIfAborted();
    try {
      if (process.platform !== 'linux') {
        return nameOfAddress(files.hosts, address) ?? (await lookupService(address, 0)).hostname;
      }
      for (const service of files.services) {
        const name = await askForName(service, address, files, resolver);
        if (name !== undefined || (ASKED_HERE.has(service.name) && service.endsIfUnknown)) {
          return name;
        }
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (systemErrorCode(error) === undefined) {
        throw error;
      }
    }
    return undefined;
  });
}
