/** Questions to DNS. */
import dns from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { onAbort } from './abort-calls.js';

/** Milliseconds for the first try. */
const TIMEOUT_MS = 3000;
const TRIES = 2;

/**
 * A resolver that asks the name servers of this process: the system's, or those that the application set
 * with dns.setServers. Its questions end in a bounded time; `cancel` ends them at once.
 */
function createResolver(): Resolver {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  // dns.setServers replaces the module's functions, so that one imported by its name would know nothing of it.
  resolver.setServers(dns.getServers());
  return resolver;
}

/**
 * Does `work` with a resolver whose questions `signal` cancels. Rejects as `work`, or with the signal's reason at once;
 * what `work` does after that it does for nobody, and must not begin what cannot be stopped.
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
