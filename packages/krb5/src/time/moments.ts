/** Moments as authenticators carry them. */
import { createHash, randomInt } from 'node:crypto';
import type { EncryptionKey } from '../crypto/index.js';
import { recentlyUsed } from '../recently-used.js';

/** A moment as authenticators carry it. */
export interface Moment {
  /** Whole seconds since 1970. */
  readonly seconds: number;
  readonly microseconds: number;
}

const MICROSECONDS = 1_000_000;
const MS_PER_SECOND = 1000;
/** Session keys whose last moment is remembered. */
const MAX_KEYS = 16_384;
/**
 * Microseconds at most from one moment of a key to the next within a second: many contexts stay
 * near the time.
 */
const LONGEST_STEP = 64;

function asMoment(total: number): Moment {
  return { seconds: Math.floor(total / MICROSECONDS), microseconds: total % MICROSECONDS };
}

/** A moment of the second that `milliseconds` since 1970 is in. Its microseconds are random. */
function randomTotal(milliseconds: number): number {
  return Math.floor(milliseconds / MS_PER_SECOND) * MICROSECONDS + randomInt(MICROSECONDS);
}

/** For authenticators whose answer is bound to the request by more than the moment, such as a nonce. */
export function randomMoment(milliseconds: number): Moment {
  return asMoment(randomTotal(milliseconds));
}

/** The last moment given out, in microseconds since 1970, by a digest of the session key. */
const last = recentlyUsed<number>(MAX_KEYS);

/**
 * A moment for an authenticator under a service ticket's session key. An AP-REP is bound to its
 * request by nothing but the moment (RFC 4120, section 3.2.4), so that a moment that comes twice
 * would have a recorded AP-REP accepted again. None is given out twice or earlier for one key, even
 * if the clock is set back, and none can be foretold.
 */
export function nextMoment(key: EncryptionKey, milliseconds: number): Moment {
  const id = createHash('sha256').update(key.value).digest('base64');
  const before = last.get(id) ?? 0;
  const wanted = randomTotal(milliseconds);
  const total = wanted > before ? wanted : before + 1 + randomInt(LONGEST_STEP);
  last.set(id, total);
  return asMoment(total);
}
