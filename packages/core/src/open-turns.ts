/**
 * Turns at opening connections to one server. remctld listens with a backlog of 5: of many opens at the
 * same moment those beyond it wait a second for TCP's next try, or are dropped. A few at a time are
 * all open in a fraction of that.
 */

/** Opens of one server at the same time: fewer than its backlog, since others may be opening too. */
const AT_ONCE = 4;
/** Milliseconds without any open that ended, after which nobody waits: the server is slow, or gone. */
const STUCK_AFTER_MS = 100;
/** Milliseconds that an open waits at most: as long as TCP, whose next try the turns are to spare. */
const LONGEST_WAIT_MS = 1000;

interface Server {
  opening: number;
  /** When an open last ended, by performance.now(). */
  lastEnd: number;
  /** In the order they came; each is called when it is its turn. */
  readonly waiting: Set<() => void>;
}

/** Servers that are being opened. */
const servers = new Map<string, Server>();

export interface TurnOptions {
  /** Milliseconds that may be waited at most, as far as that is less than the usual; 0 for no such bound. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Runs `open` when it is its turn among those for `server`. Rejects as it does, or with the signal's reason. */
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

/** Settles once it counts among those that are opening. */
function turn(server: Server, { timeoutMs, signal }: TurnOptions): Promise<void> {
  const { waiting } = server;
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      waiting.delete(begin);
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const begin = () => {
      server.opening += 1;
      end(resolve);
    };
    const onAbort = () => end(() => reject(signal.reason));
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
    signal.addEventListener('abort', onAbort);
    waiting.add(begin);
    look();
  });
}
