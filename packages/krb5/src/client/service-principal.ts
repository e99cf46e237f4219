/** From a service and a host's name to the principal (RFC 4120, section 6.2.1; krb5_sname_to_principal). */
import { lookup, lookupService } from 'node:dns/promises';
import { isIP } from 'node:net';
import { hostRealm } from '../config/host-realm.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { createResolver } from '../dns.js';
import { NameType, type Principal, principalsEqual } from '../principal.js';
import { qualifiedHost } from './short-name.js';

/** Aliases of aliases that are followed. */
const MAX_ALIASES = 8;

/** A name is what DNS and /etc/hosts make of it; what they do not know stays as it is. */
async function orElse<T>(question: Promise<T>, otherwise: T): Promise<T> {
  return question.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error) {
      return otherwise;
    }
    throw error;
  });
}

/**
 * The name that DNS has for `host` after aliases, and with `rdns` the one that its address has. Undefined
 * where the host is not known at all.
 */
async function canonicalHost(host: string, rdns: boolean): Promise<string | undefined> {
  const resolver = createResolver();
  let name = host;
  // An address has no alias.
  for (let alias = 0; alias < MAX_ALIASES && isIP(name) === 0; alias++) {
    const [target] = await orElse(resolver.resolveCname(name), []);
    if (target === undefined) {
      break;
    }
    name = target;
  }
  if (name !== host && !rdns) {
    return name;
  }
  const found = await orElse(lookup(name), undefined);
  if (found === undefined) {
    return name === host ? undefined : name;
  }
  if (!rdns) {
    return name;
  }
  const reverse = await orElse(lookupService(found.address, 0), undefined);
  return reverse?.hostname ?? name;
}

function principalFor(service: string, host: string, config: Krb5Config): Principal {
  const lower = host.toLowerCase();
  const name = lower.endsWith('.') ? lower.slice(0, -1) : lower;
  return {
    nameType: NameType.KRB5_NT_SRV_HST,
    components: [service, name],
    realm: hostRealm(config, name),
  };
}

/**
 * The principals to try for `service` on `host`, one after the other: dns_canonicalize_hostname and rdns
 * say whether the name is taken as given, as DNS has it, or first the one and then the other. Throws the
 * signal's reason.
 */
export async function* servicePrincipals(
  service: string,
  host: string,
  config: Krb5Config,
  signal: AbortSignal | undefined,
): AsyncGenerator<Principal> {
  const asGiven = principalFor(service, await qualifiedHost(host, config), config);
  if (config.dnsCanonicalizeHostname !== true) {
    yield asGiven;
  }
  if (config.dnsCanonicalizeHostname === false) {
    return;
  }
  signal?.throwIfAborted();
  const canonicalName = await abortable(canonicalHost(host, config.rdns), signal);
  const canonical =
    canonicalName === undefined ? asGiven : principalFor(service, canonicalName, config);
  if (config.dnsCanonicalizeHostname === true || !principalsEqual(canonical, asGiven)) {
    yield canonical;
  }
}

/** Waits for what cannot be stopped, until `signal` aborts. */
function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) {
    return work;
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
