/** Races a name's addresses for a connection (RFC 8305, Happy Eyeballs). */
import { isIP } from 'node:net';
import { type Bounds, bounded } from './bounded.js';

/** Milliseconds from one attempt to the next (section 5, Connection Attempt Delay). */
const ATTEMPT_DELAY_MS = 250;
/** The least of them that section 5 allows. */
const LEAST_DELAY_MS = 10;
/** Addresses that are tried: who answers for DNS chooses how many there are, and each takes a socket. */
export const MAX_ADDRESSES = 32;

/** One attempt to connect. */
export interface Attempt<T> {
  readonly connected: Promise<T>;
  /** Releases what the attempt holds, before and after it has connected. */
  cancel(): void;
}

/**
 * The addresses in the order in which they are tried: those of the two families in turn, beginning with the
 * first one's, and those of a family in the given order (section 4).
 */
export function interleaveFamilies(addresses: readonly string[]): readonly string[] {
  const family = addresses[0] === undefined ? 0 : isIP(addresses[0]);
  const first = addresses.filter((address) => isIP(address) === family);
  const second = addresses.filter((address) => isIP(address) !== family);
  const longest = first.length > second.length ? first : second;
  return longest.flatMap((_, n) => [...first.slice(n, n + 1), ...second.slice(n, n + 1)]);
}

/** Where there is a time-out, every address is begun within it, as far as the least delay allows. */
function delayBetween(count: number, timeoutMs: number): number {
  if (timeoutMs === 0) {
    return ATTEMPT_DELAY_MS;
  }
  return Math.max(LEAST_DELAY_MS, Math.min(ATTEMPT_DELAY_MS, timeoutMs / (count + 1)));
}

/**
 * Gives what the first attempt connects to. The next address is begun after a delay, or at once when an
 * attempt fails; those that were begun go on. The others are cancelled, also where none connects. At most
 * MAX_ADDRESSES are tried.
 *
 * The time-out is for all of them together. Rejects with AggregateError where all have failed, the
 * failures in the order of the addresses; with `onTimeout`'s error, which gets the failures so far;
 * with the signal's reason. There must be an address.
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
  /** Begins no further attempt, and cancels all but one of those that were begun. */
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
    // Where the process was busy, timers come before what has arrived meanwhile: that is seen first.
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
