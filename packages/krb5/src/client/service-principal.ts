/** The principal of a service on a host. */
import { hostRealm } from '../config/host-realm.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { systemErrorCode } from '../file/read-file.js';
import { nameOf, type ResolvedHost, resolveHost } from '../host/resolve-host.js';
import { NameType, type Principal, principalsEqual } from '../principal.js';
import { qualifiedHost } from './short-name.js';

/**
 * Returns the name that the system has for `host` after aliases; with `rdns`, the name of its
 * address. Returns undefined if the host is unknown or the lookup fails: the name then stays as it
 * is.
 */
async function canonicalHost(
  host: string,
  rdns: boolean,
  signal: AbortSignal | undefined,
  resolved: ResolvedHost | undefined,
): Promise<string | undefined> {
  const found = resolved ?? (await resolveOrElse(host, signal));
  const [address] = found?.addresses ?? [];
  const name = found?.canonicalName;
  return rdns && address !== undefined ? ((await nameOf(address.address, signal)) ?? name) : name;
}

async function resolveOrElse(
  host: string,
  signal: AbortSignal | undefined,
): Promise<ResolvedHost | undefined> {
  try {
    return await resolveHost(host, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const code = systemErrorCode(error);
    if (code === 'ENOTFOUND' || code === 'ENODATA' || code === 'EAI_AGAIN') {
      return undefined;
    }
    throw error;
  }
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
 * Gives the principals to try for `service` on `host`, one after the other. dns_canonicalize_hostname
 * and rdns say whether the host's name is taken as given, as the system has it, or first the one and
 * then the other. `resolved` is the system's answer for `host`, if the caller has it already: the
 * principal then belongs to the same addresses. Throws the signal's reason (RFC 4120, section 6.2.1;
 * krb5_sname_to_principal).
 */
export async function* servicePrincipals(
  service: string,
  host: string,
  config: Krb5Config,
  signal: AbortSignal | undefined,
  resolved?: ResolvedHost,
): AsyncGenerator<Principal> {
  const asGiven = principalFor(service, await qualifiedHost(host, config), config);
  if (config.dnsCanonicalizeHostname !== true) {
    yield asGiven;
  }
  if (config.dnsCanonicalizeHostname === false) {
    return;
  }
  signal?.throwIfAborted();
  const canonicalName = await canonicalHost(host, config.rdns, signal, resolved);
  const canonical =
    canonicalName === undefined ? asGiven : principalFor(service, canonicalName, config);
  if (config.dnsCanonicalizeHostname === true || !principalsEqual(canonical, asGiven)) {
    yield canonical;
  }
}
