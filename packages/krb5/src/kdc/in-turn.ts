/**
 * Bounds the number of requests to a realm at a time.
 *
 * More requests at a time would overrun the buffer of a KDC's UDP socket, and then its bound of TCP
 * connections.
 */
import { onAbort } from '../abort-calls.js';

/** The most requests under way at the same time. */
const AT_ONCE = 32;

interface Waiting {
  readonly go: () => void;
  readonly fail: (error: unknown) => void;
}

/** The requests to one realm. */
export interface Turns {
  underWay: number;
  /** How many requests have been answered. */
  answered: number;
  /** The requests that have not begun, in their order. */
  readonly waiting: Set<Waiting>;
}

/** Makes the turns of a realm that has no request. */
export function newTurns(): Turns {
  return { underWay: 0, answered: 0, waiting: new Set() };
}

function myTurn(turns: Turns, signal: AbortSignal | undefined): Promise<void> {
  if (turns.underWay < AT_ONCE) {
    turns.underWay += 1;
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const leave = () => {
      turns.waiting.delete(waiting);
      notAnyMore?.();
    };
    const waiting: Waiting = {
      go: () => {
        leave();
        resolve();
      },
      fail: (error) => {
        leave();
        reject(error);
      },
    };
    const notAnyMore = signal && onAbort(signal, () => waiting.fail(signal.reason));
    turns.waiting.add(waiting);
  });
}

function nextTurn(turns: Turns): void {
  const [next] = turns.waiting;
  if (next === undefined) {
    turns.underWay -= 1;
  } else {
    next.go();
  }
}

/**
 * Runs `ask` when its turn has come. Throws as `ask` does, or `signal`'s reason while it waits. If
 * `ask` fails with an error for which `isSilence` is true, and no other request was answered since
 * it began, all requests that wait fail with that error: each of them would wait as long for KDCs
 * that answer nobody.
 */
export async function inTurn<T>(
  turns: Turns,
  ask: () => Promise<T>,
  isSilence: (error: unknown) => boolean,
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted();
  await myTurn(turns, signal);
  const answeredBefore = turns.answered;
  try {
    const answer = await ask();
    turns.answered += 1;
    return answer;
  } catch (error) {
    if (isSilence(error) && turns.answered === answeredBefore) {
      for (const waiting of turns.waiting) {
        waiting.fail(error);
      }
    }
    throw error;
  } finally {
    nextTurn(turns);
  }
}
