/** Authenticators that an acceptor has seen (RFC 4120, section 3.2.3), in memory. */
import { createHash } from 'node:crypto';

/** At this size, entries are only forgotten with age; more connections than this in ten minutes fail. */
const DEFAULT_LIMIT = 1_000_000;

export interface ReplayCache {
  /**
   * Notes an authenticator's ciphertext, to be remembered until `expires` (milliseconds since 1970).
   * False where it was noted before, or where the cache is full: nothing may be let through unseen.
   */
  note(authenticator: Uint8Array, expires: number): boolean;
}

/** A replay cache of one process. Another process on the same host does not see what this one saw. */
export function createReplayCache(limit: number = DEFAULT_LIMIT): ReplayCache {
  const seen = new Map<string, number>();
  return {
    note: (authenticator, expires) => {
      const now = Date.now();
      // In the order of arrival, which is nearly the order of expiry.
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
