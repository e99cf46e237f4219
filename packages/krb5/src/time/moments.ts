/** The moments that authenticators carry. */
import { createHash, randomInt } from 'node:crypto';
import type { EncryptionKey } from '../crypto/index.js';
import { recentlyUsed } from '../recently-used.js';

/** A moment in the two fields of an authenticator. */
export interface Moment {
  /** Whole seconds since 1970. */
  readonly seconds: number;
  readonly microseconds: number;
}

const MICROSECONDS = 1_000_000;
const MS_PER_SECOND = 1000;
/**
 * The most microseconds from one moment of a key to the next within a second. The bound keeps the
 * moments of many contexts near the time.
 */
const LONGEST_STEP = 64;
/** The most session keys whose last moment is remembered. */
const MAX_SESSION_KEYS = 16_384;

/**
 * The last moment given out for a session key, by the key's digest. The whole process has one: two states
 * (krb5-state.ts) may use the same ticket, and must not use the same moment.
 */
const lastMoments = recentlyUsed<number>(MAX_SESSION_KEYS);

function asMoment(total: number): Moment {
  return { seconds: Math.floor(total / MICROSECONDS), microseconds: total % MICROSECONDS };
}

/** Draws a moment, in microseconds, from the second that `milliseconds` since 1970 is in. */
function randomTotal(milliseconds: number): number {
  return Math.floor(milliseconds / MS_PER_SECOND) * MICROSECONDS + randomInt(MICROSECONDS);
}

/**
 * Returns a moment of the second that `milliseconds` since 1970 is in; its microseconds are random.
 * For authenticators whose answer is bound to the request by more than the moment, such as a nonce.
 */
export function randomMoment(milliseconds: number): Moment {
  return asMoment(randomTotal(milliseconds));
}

/**
 * Returns a moment for an authenticator under a service ticket's session key. An AP-REP is bound to
 * its request by nothing but the moment (RFC 4120, section 3.2.4): if a moment came twice, a
 * recorded AP-REP would be accepted again. For one key, each moment is later than the one before,
 * even if the clock is set back, and no moment can be foretold.
 */
export function nextMoment(key: EncryptionKey, milliseconds: number): Moment {
  const id = createHash('sha256').update(key.value).digest('base64');
  const before = lastMoments.get(id) ?? 0;
  const wanted = randomTotal(milliseconds);
  const total = wanted > before ? wanted : before + 1 + randomInt(LONGEST_STEP);
  lastMoments.set(id, total);
  return asMoment(total);
}
