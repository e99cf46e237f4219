/** Races a host's addresses for a connection (RFC 8305, Happy Eyeballs). */
import { isIP } from 'node:net';
import { type Bounds, bounded } from './bounded.js';

/** Milliseconds from one attempt to the next (RFC 8305, section 5, Connection Attempt Delay). */
const ATTEMPT_DELAY_MS = 250;
/** The shortest delay that RFC 8305, section 5, allows. */
const LEAST_DELAY_MS = 10;
/** Addresses that are tried. Whoever answers for DNS chooses how many there are, and each takes a socket. */
export const MAX_ADDRESSES = 32;

/** One attempt to connect. */
export interface Attempt<T> {
  readonly connected: Promise<T>;
  /** Releases what the attempt holds, whether or not it has connected. */
  cancel(): void;
}

/**
 * Orders addresses for trying: the two families in turn, beginning with the first address's family, and
 * the addresses of a family in the given order (RFC 8305, section 4).
 */
export function interleaveFamilies(addresses: readonly string[]): readonly string[] {
  const family = addresses[0] === undefined ? 0 : isIP(addresses[0]);
  const first = addresses.filter((address) => isIP(address) === family);
  const second = addresses.filter((address) => isIP(address) !== family);
  const longest = first.length > second.length ? first : second;
  return longest.flatMap((_, n) => [...first.slice(n, n + 1), ...second.slice(n, n + 1)]);
}

/** The delay with which every address is begun within the time-out, if the shortest delay allows that. */
function delayBetween(count: number, timeoutMs: number): number {
  if (timeoutMs === 0) {
    return ATTEMPT_DELAY_MS;
  }
  return Math.max(LEAST_DELAY_MS, Math.min(ATTEMPT_DELAY_MS, timeoutMs / (count + 1)));
}

/**
 * Returns what the first attempt connects to. The next address is begun after a delay, or at once when an
 * attempt fails; earlier attempts go on. In the end all other attempts are cancelled. At most MAX_ADDRESSES
 * are tried, and there must be one. The time-out is for all of them together.
 *
 * Throws AggregateError if all have failed, with the failures in the order of the addresses; `onTimeout`'s
 * error, which gets the failures so far; and the signal's reason.
 */
export async function connectFirst<T>(
  addresses: readonly string[],
  begin: (address: string) => Attempt<T>,
  bounds: Bounds,
  onTimeout: (failures: readonly unknown[]) => Error,
): Promise<T> {
  bounds.signal.throwIfAborted();
  const tried = interleaveFamilies([...new Set(addresses)]).slice(0, MAX_ADDRESSES);
  const race = startRace(tried, begin, delayBetween(tried.length, bounds.timeoutMs));
  try {
    const winner = await bounded(race.first, bounds, () => onTimeout(race.failures()));
    race.end(winner.attempt);
    return winner.value;
  } catch (error) {
    race.end();
    throw error;
  }
}

interface Winner<T> {
  readonly attempt: Attempt<T>;
  readonly value: T;
}

interface Race<T> {
  readonly first: Promise<Winner<T>>;
  failures(): readonly unknown[];
  /** Begins no further attempt, and cancels every attempt but one. */
  end(but?: Attempt<T>): void;
}

function startRace<T>(
  addresses: readonly string[],
  begin: (address: string) => Attempt<T>,
  delayMs: number,
): Race<T> {
  const waiting = [...addresses];
  const attempts = new Set<Attempt<T>>();
  const failed = new Map<string, unknown>();
  let timer: NodeJS.Timeout | undefined;
  let resolve: (winner: Winner<T>) => void;
  let reject: (error: unknown) => void;
  const first = new Promise<Winner<T>>((onWinner, onFailure) => {
    resolve = onWinner;
    reject = onFailure;
  });
  const failures = () =>
    addresses.filter((address) => failed.has(address)).map((address) => failed.get(address));

  function beginNext(): void {
    clearTimeout(timer);
    const address = waiting.shift();
    if (address === undefined) {
      return;
    }
    const attempt = begin(address);
    attempts.add(attempt);
    attempt.connected.then(
      (value) => resolve({ attempt, value }),
      (error: unknown) => {
        attempts.delete(attempt);
        failed.set(address, error);
        beginNext();
        if (attempts.size === 0) {
          reject(new AggregateError(failures(), 'no address connected'));
        }
      },
    );
    const left = waiting.length;
    // In a process that was busy, timers fire before what has arrived meanwhile is seen.
    const onTime = () => {
      if (waiting.length === left) {
        beginNext();
      }
    };
    if (left > 0) {
      timer = setTimeout(() => setImmediate(onTime), delayMs);
    }
  }

  beginNext();
  return {
    first,
    failures,
    end(but) {
      clearTimeout(timer);
      waiting.length = 0;
      for (const attempt of attempts) {
        if (attempt !== but) {
          attempt.cancel();
        }
      }
    },
  };
}
