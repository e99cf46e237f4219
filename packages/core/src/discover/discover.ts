/** Finds a domain's servers by its SRV records (RFC 2782). */

import dns, { type SrvRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { checkFlag, checkText } from '../arguments/checks.js';
import { checkSignal, checkTimeout } from '../arguments/limits.js';
import type { Target } from '../arguments/target.js';
import type { CallOptions } from '../client-options.js';
import { RemctlNetworkError, RemctlTimeoutError } from '../errors.js';
import { isError } from '../is-error.js';
import { namesOf, optionNames } from '../option-names/known-options.js';
import { whenAborted } from '../when-aborted.js';
import { inSrvOrder } from './srv-order.js';

/** The service and the protocol of remctl's SRV records. */
const SERVICE = '_remctl._tcp';
/** The longest name of DNS (RFC 1035, section 2.3.4), without its last dot. */
const MAX_NAME_LENGTH = 253;
/** Servers that are taken at most: whoever answers for DNS chooses how many records there are. */
const MAX_TARGETS = 64;
/** One label of a name: letters, digits, - and _ (RFC 2782 has names with _). */
const LABEL = '[a-z0-9_-]{1,63}';
const NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`, 'i');
const DEFAULT_TIMEOUT_S = 10;
const MS_PER_SECOND = 1000;
/** Times that each name server is asked within the time-out. */
const TRIES = 3;

/** A server that an SRV record names. */
export interface DiscoveredTarget extends Target {
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** The options of `discover`. */
export type DiscoverOptions = CallOptions & {
  /** Seconds for DNS to answer; 0 leaves it to the resolver. The default is 10. */
  readonly timeout?: number | undefined;
  /** Whether servers outside the domain are taken: whoever answers for DNS then chooses the server. */
  readonly allowOtherDomains?: boolean | undefined;
};

const DISCOVER_OPTIONS = optionNames(
  namesOf<DiscoverOptions>({ timeout: true, allowOtherDomains: true, signal: true }),
);

function checkDomain(domain: string): string {
  const name = checkText('domain', domain).replace(/\.$/, '');
  if (!NAME.test(name) || SERVICE.length + 1 + name.length > MAX_NAME_LENGTH) {
    throw new RangeError(
      `domain must be a name of DNS such as example.org; it is ${JSON.stringify(domain)}`,
    );
  }
  return name;
}

function failure(text: string, code: string, cause?: unknown): RemctlNetworkError {
  const options = cause === undefined ? {} : { cause };
  return new RemctlNetworkError(text, { code, phase: 'resolve' }, options);
}

/** Asks for the records. Throws the resolver's error, RemctlTimeoutError, and the signal's reason. */
async function ask(
  question: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<SrvRecord[]> {
  signal?.throwIfAborted();
  const resolver = new Resolver(
    timeoutMs === 0 ? {} : { timeout: Math.ceil(timeoutMs / TRIES), tries: TRIES },
  );
  // The application may have named servers with dns.setServers().
  resolver.setServers(dns.getServers());
  let timer: NodeJS.Timeout | undefined;
  let unwatch: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    const stop = (reason: unknown) => {
      reject(reason);
      resolver.cancel();
    };
    unwatch = whenAborted(signal, () => stop(signal?.reason));
    if (timeoutMs > 0) {
      const text = `unknown host ${question}: timed out: DNS did not answer within ${timeoutMs / MS_PER_SECOND} s`;
      timer = setTimeout(() => stop(new RemctlTimeoutError(text, { phase: 'resolve' })), timeoutMs);
    }
  });
  try {
    return await Promise.race([resolver.resolveSrv(question), stopped]);
  } finally {
    unwatch();
    clearTimeout(timer);
  }
}

async function recordsOf(
  question: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<SrvRecord[]> {
  try {
    return await ask(question, timeoutMs, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const code = isError(error) && 'code' in error ? String(error.code) : undefined;
    if (code === undefined || error instanceof RemctlTimeoutError) {
      throw error;
    }
    if (code === dns.NODATA || code === dns.NOTFOUND) {
      throw failure(
        `unknown host ${question}: there is no such SRV record: give the server's name instead`,
        'ENOTFOUND',
        error,
      );
    }
    if (code === dns.TIMEOUT) {
      const text = `unknown host ${question}: timed out: DNS did not answer`;
      throw new RemctlTimeoutError(text, { phase: 'resolve' }, { cause: error });
    }
    if (code === dns.CONNREFUSED) {
      throw failure(
        `unknown host ${question}: no name server could be reached: see /etc/resolv.conf`,
        code,
        error,
      );
    }
    throw failure(`unknown host ${question}: DNS answered with ${code}`, code, error);
  }
}

/** Returns the name of an SRV record's target without its last dot. Throws RemctlNetworkError for other text. */
function hostOf({ name }: SrvRecord, question: string): string {
  const host = name.replace(/\.$/, '');
  if (host.length > MAX_NAME_LENGTH || !NAME.test(host)) {
    throw failure(`unknown host ${question}: an SRV record holds no name of a host`, 'EBADNAME');
  }
  return host;
}

function isWithin(host: string, domain: string): boolean {
  return `.${host.toLowerCase()}`.endsWith(`.${domain.toLowerCase()}`);
}

/**
 * Returns the servers of the SRV records `_remctl._tcp.<domain>`, in the order in which to try them: by priority,
 * and by weighted chance within a priority (RFC 2782). At most 64. `openFirst` opens the first that it can.
 *
 * Whoever answers for DNS chooses the servers, and a server of the realm is all that mutual authentication proves.
 * So a server outside the domain is refused unless `allowOtherDomains` is set. Set it if the target's `principal` is
 * given too, or if DNS is trusted.
 *
 * Throws TypeError, RangeError, RemctlNetworkError of phase `resolve` (no such record, a domain that offers no
 * remctl, a server outside the domain), RemctlTimeoutError, and the signal's reason.
 */
export async function discover(
  domain: string,
  options: DiscoverOptions = {},
): Promise<DiscoveredTarget[]> {
  const signal = checkSignal('discover()', options, DISCOVER_OPTIONS);
  const timeoutMs = checkTimeout(options.timeout ?? DEFAULT_TIMEOUT_S);
  const allowsOthers = checkFlag('allowOtherDomains', options.allowOtherDomains);
  const name = checkDomain(domain);
  const question = `${SERVICE}.${name}`;
  const records = await recordsOf(question, timeoutMs, signal);
  if (
    records.length === 0 ||
    records.every((record) => record.name === '' || record.name === '.')
  ) {
    throw failure(
      `unknown host ${question}: the domain says that it offers no remctl`,
      'ENOTFOUND',
    );
  }
  const targets = inSrvOrder(records)
    .slice(0, MAX_TARGETS)
    .map((record): DiscoveredTarget => {
      const { port, priority, weight } = record;
      if (port === 0) {
        throw failure(`unknown host ${question}: an SRV record holds port 0`, 'EBADNAME');
      }
      return { host: hostOf(record, question), port, priority, weight };
    });
  const outside = targets.filter(({ host }) => !isWithin(host, name));
  if (outside.length > 0 && !allowsOthers) {
    const names = outside.map(({ host }) => host).join(', ');
    throw failure(
      `unknown host ${question}: it names servers outside ${name}: ${names}: ` +
        "give the server's name, or its principal, or allow other domains",
      'ENOTFOUND',
    );
  }
  return targets;
}
