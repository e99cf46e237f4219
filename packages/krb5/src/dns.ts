/** Questions to DNS. */
import dns from 'node:dns';
import { Resolver } from 'node:dns/promises';

/** Milliseconds for the first try. */
const TIMEOUT_MS = 3000;
const TRIES = 2;

/**
 * A resolver that asks the name servers of this process: the system's, or those that the application set
 * with dns.setServers. Its questions end in a bounded time; `cancel` ends them at once.
 */
export function createResolver(): Resolver {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  // dns.setServers replaces the module's functions, so that one imported by its name would know nothing of it.
  resolver.setServers(dns.getServers());
  return resolver;
}
