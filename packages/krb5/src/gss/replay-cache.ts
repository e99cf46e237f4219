/** Remembers the authenticators that an acceptor has seen (RFC 4120, section 3.2.3). */
import { createHash } from 'node:crypto';

/** A full cache refuses every request: more than this many contexts in ten minutes fail. */
const DEFAULT_LIMIT = 1_000_000;

export interface ReplayCache {
  /**
   * Remembers an authenticator's ciphertext until `expires` (milliseconds since 1970). Returns
   * false if the cache holds it already, or if the cache is full: a request that nobody remembers
   * could be replayed.
   */
  note(authenticator: Uint8Array, expires: number): boolean;
}

/**
 * Creates a replay cache of at most `limit` entries, in memory. Another process on the same host
 * does not share it.
 */
export function createReplayCache(limit: number = DEFAULT_LIMIT): ReplayCache {
  const seen = new Map<string, number>();
  return {
    note: (authenticator, expires) => {
      const now = Date.now();
      // The map keeps the order of arrival, which is nearly the order of expiry.
      for (const [digest, end] of seen) {
        if (end >= now) {
          break;
        }
        seen.delete(digest);
      }
      const digest = createHash('sha256').update(authenticator).digest('base64');
      if (seen.has(digest) || seen.size >= limit) {
        return false;
      }
      seen.set(digest, expires);
      return true;
    },
  };
}
