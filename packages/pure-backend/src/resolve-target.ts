/** Resolves a host's name to its addresses, within a time-out. */
import { isIP } from 'node:net';
import {
  cannotResolve,
  noAddressOfFamily,
  shortage,
  timedOut,
  unknownHost,
} from '@remctl/core/failures';
import { type ResolvedHost, resolveHost } from '@remctl/krb5';
import { boundedWork } from './bounded.js';
import type { DialOptions } from './dial.js';
import { shortageIn, shortageNow } from './find-shortage.js';
import { systemFailure } from './system-error.js';

export interface ResolveOptions extends DialOptions {
  /** Whether the host's canonical name takes the place of its name. */
  readonly canonicalize: boolean;
}

/** A host to connect to. */
export interface ResolvedTarget {
  /** The host's name: the canonical one if the options say `canonicalize`, else the one as given. */
  readonly host: string;
  /** The addresses and the canonical name of `host`. */
  readonly resolved: ResolvedHost;
}

/** getaddrinfo's answer for a name that exists without an address. The code is the same as Node's. */
const NO_ADDRESS = { code: 'ENOTFOUND', text: 'No address associated with hostname' };

function failureOf(error: unknown) {
  const failure = systemFailure(error);
  return failure.code === 'ENODATA' ? NO_ADDRESS : failure;
}

async function look(
  host: string,
  options: ResolveOptions,
  signal: AbortSignal,
  failed: typeof unknownHost,
): Promise<ResolvedHost> {
  try {
    return await resolveHost(host, signal);
  } catch (error) {
    signal.throwIfAborted();
    const lacking = shortageIn(error) ?? (await shortageNow());
    throw lacking === undefined
      ? failed(host, failureOf(error), error)
      : shortage(options, systemFailure(lacking), error);
  }
}

async function lookUp(options: ResolveOptions, signal: AbortSignal): Promise<ResolvedTarget> {
  const { host, canonicalize } = options;
  if (!canonicalize) {
    return { host, resolved: await look(host, options, signal, unknownHost) };
  }
  const found = await look(host, options, signal, cannotResolve);
  const { canonicalName } = found;
  // The C client looks the canonical name up as well: the hosts file may have it at another address.
  return canonicalName === host
    ? { host, resolved: found }
    : { host: canonicalName, resolved: await look(canonicalName, options, signal, unknownHost) };
}

/**
 * Returns the host to connect to, its addresses and its canonical name. With a source address, only the
 * addresses of its family. The time-out and the signal end the questions to DNS too: the process's end waits
 * for none.
 *
 * Throws RemctlTimeoutError and RemctlNetworkError of phase `resolve`, and the signal's reason.
 */
export async function resolveTarget(options: ResolveOptions): Promise<ResolvedTarget> {
  const { sourceIp, timeoutMs } = options;
  const { host, resolved } = await boundedWork(
    (signal) => lookUp(options, signal),
    options,
    () => timedOut(options, 'resolve', timeoutMs),
  );
  const family = sourceIp === undefined ? undefined : isIP(sourceIp);
  const addresses = resolved.addresses.filter(
    (each) => family === undefined || each.family === family,
  );
  if (family !== undefined && addresses.length === 0) {
    throw noAddressOfFamily(host, family);
  }
  return { host, resolved: { ...resolved, addresses } };
}
