/** Questions to DNS that a signal can cancel. */
import dns from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { onAbort } from './abort-calls.js';

/** The wait for an answer to the first try. */
const TIMEOUT_MS = 3000;
const TRIES = 2;

/**
 * Creates a resolver that asks the name servers of this process: the system's, or the ones that the
 * application set with dns.setServers. Its questions end in a bounded time; `cancel` ends them at
 * once.
 */
function createResolver(): Resolver {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  // dns.setServers replaces the module's functions: a getServers imported by name would not know
  // the new servers.
  resolver.setServers(dns.getServers());
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
