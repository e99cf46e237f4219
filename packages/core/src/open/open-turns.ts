/**
 * Lets a few opens of one server run at a time.
 *
 * remctld listens with a backlog of 5. Opens beyond the backlog wait a second for TCP's next try, or are
 * dropped. Opens that take turns are all done in a fraction of that second.
 */
import { whenAborted } from '../when-aborted.js';

/** Opens of one server at the same time: fewer than its backlog, for other clients open connections too. */
const AT_ONCE = 4;
/** If no open has ended for so many milliseconds, nobody waits any more: the server is slow, or gone. */
const STUCK_AFTER_MS = 100;
/** Milliseconds that an open waits at most. TCP's next try, which turns avoid, takes as long. */
const LONGEST_WAIT_MS = 1000;

interface Server {
  opening: number;
  /** When an open last ended, by performance.now(). */
  lastEnd: number;
  /** Starts the opens that wait, in the order of their calls. */
  readonly waiting: Set<() => void>;
}

/** Servers to which a connection is being opened. */
const servers = new Map<string, Server>();

export interface TurnOptions {
  /** Shortens the longest wait, in milliseconds; 0 leaves it. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Runs `open` in its turn among the opens of `server`. Throws the errors of `open`, and the signal's reason. */
export async function inTurn<T>(
  server: string,
  options: TurnOptions,
  open: () => Promise<T>,
): Promise<T> {
  const known = servers.get(server) ?? {
    opening: 0,
    lastEnd: performance.now(),
    waiting: new Set(),
  };
  servers.set(server, known);
  if (known.opening >= AT_ONCE) {
    await turn(known, options);
  } else {
    known.opening += 1;
  }
  try {
    return await open();
  } finally {
    known.opening -= 1;
    known.lastEnd = performance.now();
    const [next] = known.waiting;
    if (next !== undefined && known.opening < AT_ONCE) {
      next();
    } else if (next === undefined && known.opening === 0) {
      servers.delete(server);
    }
  }
}

/** Waits for a turn, and takes it. */
function turn(server: Server, { timeoutMs, signal }: TurnOptions): Promise<void> {
  const { waiting } = server;
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      waiting.delete(begin);
      clearTimeout(timer);
      unwatch();
      settle();
    };
    const begin = () => {
      server.opening += 1;
      end(resolve);
    };
    const unwatch = whenAborted(signal, () => end(() => reject(signal.reason)));
    const longest = timeoutMs === 0 ? LONGEST_WAIT_MS : Math.min(timeoutMs, LONGEST_WAIT_MS);
    const until = begun + longest;
    let timer: NodeJS.Timeout;
    const look = () => {
      const now = performance.now();
      const left = Math.min(until, Math.max(server.lastEnd, begun) + STUCK_AFTER_MS) - now;
      if (left <= 0) {
        begin();
      } else {
        timer = setTimeout(look, Math.ceil(left));
      }
    };
    waiting.add(begin);
    look();
  });
}
