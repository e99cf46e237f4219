/** The principals of a server that a user has named. */
import { REFERRAL_REALM } from '../config/host-realm.js';
import type { Krb5Config } from '../config/krb5-config.js';
import type { ResolvedHost } from '../host/resolve-host.js';
import type { Principal } from '../principal.js';
import { parseNamedPrincipal } from './named-principal.js';
import { servicePrincipals } from './service-principal.js';

/** A server as a user names it: by its principal, else by its host and the service there. */
export interface NamedServer {
  readonly host?: string | undefined;
  /** The system's answer for `host`, if the caller has it already. */
  readonly resolved?: ResolvedHost | undefined;
  /** The service `host` without it. */
  readonly service?: string | undefined;
  /** A name without a realm is in the default realm. */
  readonly principal?: string | undefined;
}

/** One name of a server. */
export interface ServerName {
  /** The principal to get a ticket for; in the referral realm if the KDCs have to find the realm. */
  readonly target: Principal;
  /**
   * The principal that the client's cache is chosen by: `target`, but with
   * dns_canonicalize_hostname = fallback the name as it was given (krb5_sname_to_principal).
   */
  readonly chooseBy: Principal;
}

/**
 * Gives the names to try for a server, one after the other. Throws Krb5Error if a principal makes no
 * sense, and the signal's reason.
 */
export async function* serverNames(
  { host, resolved, service = 'host', principal }: NamedServer,
  config: Krb5Config,
  signal: AbortSignal | undefined,
): AsyncGenerator<ServerName> {
  if (principal !== undefined) {
    const target = parseNamedPrincipal(principal, config);
    yield { target, chooseBy: target };
  } else if (host !== undefined) {
    const isAsGiven = config.dnsCanonicalizeHostname === 'fallback';
    for await (const target of servicePrincipals(service, host, config, signal, resolved)) {
      const asGiven = { ...target, components: [service, host], realm: REFERRAL_REALM };
      yield { target, chooseBy: isAsGiven ? asGiven : target };
    }
  }
}
