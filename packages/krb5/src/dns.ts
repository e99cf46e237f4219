/** Questions to DNS that a signal can cancel. */
import dns from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { onAbort } from './abort-calls.js';

/** Milliseconds that a name server has for its answer to the first try. */
export const DNS_TIMEOUT_MS = 3000;
/** Times that the list of name servers is gone through. */
export const DNS_TRIES = 2;

/** Returns the name servers of this process: the system's, or those of dns.setServers. */
export function nameServers(): string[] {
  // dns.setServers replaces the module's functions: a getServers imported by name would not know
  // the new servers.
  return dns.getServers();
}

/**
 * Creates a resolver that asks `nameServers`. Its questions end in a bounded time; `cancel` ends them
 * at once.
 */
function createResolver(): Resolver {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: DNS_TRIES });
  resolver.setServers(nameServers());
  return resolver;
}

/**
 * Does `work` with a resolver whose questions `signal` cancels. Throws what `work` throws, and the
 * signal's reason as soon as `signal` aborts. Nobody uses the result of `work` after that, so
 * `work` must not begin anything then that cannot be stopped.
 */
export async function withResolver<T>(
  signal: AbortSignal | undefined,
  work: (resolver: Resolver) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const resolver = createResolver();
  let notAnyMore: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    notAnyMore =
      signal &&
      onAbort(signal, () => {
        resolver.cancel();
        reject(signal.reason);
      });
  });
  try {
    return await Promise.race([work(resolver), aborted]);
  } finally {
    notAnyMore?.();
  }
}
