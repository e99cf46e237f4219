/** All connections of a server, and their limits. */
import { isIPv4, type Socket } from 'node:net';
import { createByteBudget } from './byte-budget.js';
import { type Connection, startConnection } from './connection.js';
import type { Service } from './service.js';

/** Milliseconds in which one kind of complaint is logged at most once: a flood must not flood the log. */
const COMPLAINT_MS = 60_000;
/** Milliseconds that `close` waits for aborted commands, which may ignore it. */
const ABORT_WAIT_MS = 10_000;
const MS_PER_SECOND = 1000;
/** What a socket that listens to IPv4 and IPv6 puts before an IPv4 address. */
const MAPPED_IPV4 = '::ffff:';

/** Returns an IPv4 address as remctld shows it, whichever socket it came to; every other address as it is. */
function plainAddress(address: string): string {
  const rest = address.slice(MAPPED_IPV4.length);
  return address.startsWith(MAPPED_IPV4) && isIPv4(rest) ? rest : address;
}

export interface Connections {
  /** The connections whose socket is open or whose command runs. */
  readonly count: number;
  /** Serves a client. The socket must allow half-open connections. */
  add(socket: Socket): void;
  /**
   * Ends all connections: those with a running command when it has ended, or after the grace of the limits.
   * Settles when no socket is open and no command runs, or when commands ignore for seconds that they were
   * aborted.
   */
  close(): Promise<void>;
  /** Ends all connections at once. */
  drop(): void;
  /** Later connections do not keep the process alive, nor does a wait for their end. */
  unref(): void;
}

function wait(ms: number, keepsAlive: boolean): { readonly over: Promise<void>; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
    if (!keepsAlive) {
      timer.unref();
    }
  });
  return { over, end: () => clearTimeout(timer) };
}

/** Makes the connections of one server. */
export function createConnections(service: Service): Connections {
  const { limits, log } = service;
  const budget = createByteBudget(limits.allCommandBytes);
  const all = new Set<Connection>();
  /** In the order of their arrival. */
  const unauthenticated = new Set<Connection>();
  const complaints = new Map<string, number>();
  let closing = false;
  let keepsAlive = true;
  let onEmpty: (() => void) | undefined;

  function complain(reason: string): void {
    const now = performance.now();
    const last = complaints.get(reason);
    if (last === undefined || now - last >= COMPLAINT_MS) {
      complaints.set(reason, now);
      log({ type: 'server', reason });
    }
  }

  function dropOldest(): boolean {
    const [oldest] = unauthenticated;
    if (oldest === undefined) {
      return false;
    }
    remove(oldest);
    oldest.drop('the server has too many connections');
    return true;
  }

  function remove(connection: Connection): void {
    unauthenticated.delete(connection);
    all.delete(connection);
    if (all.size === 0) {
      onEmpty?.();
    }
  }

  /** Makes room for one more connection. Returns false if there is none. */
  function makeRoom(): boolean {
    if (unauthenticated.size >= limits.unauthenticated) {
      complain(
        `more than ${limits.unauthenticated} clients have not authenticated yet: the oldest are dropped (limits.unauthenticated)`,
      );
      dropOldest();
    }
    if (all.size >= limits.connections) {
      complain(
        `more than ${limits.connections} connections: those that have not authenticated are dropped, then new ones (limits.connections)`,
      );
      return dropOldest();
    }
    return true;
  }

  function dropAll(why: string): void {
    for (const connection of [...all]) {
      connection.drop(why);
    }
  }

  async function emptyWithin(ms: number): Promise<void> {
    if (all.size === 0) {
      return;
    }
    const { over, end } = wait(ms, keepsAlive);
    const empty = new Promise<void>((resolve) => {
      onEmpty = resolve;
    });
    await Promise.race([empty, over]);
    end();
  }

  return {
    get count() {
      return all.size;
    },
    add(socket) {
      const { remoteAddress } = socket;
      // A client that has gone already has no address any more.
      if (closing || remoteAddress === undefined || !makeRoom()) {
        socket.destroy();
        return;
      }
      socket.setNoDelay(true);
      if (!keepsAlive) {
        socket.unref();
      }
      const connection = startConnection(socket, {
        service,
        budget,
        address: plainAddress(remoteAddress),
        onAuthenticated: () => unauthenticated.delete(connection),
        onOver: () => remove(connection),
      });
      all.add(connection);
      unauthenticated.add(connection);
    },
    async close() {
      closing = true;
      for (const connection of [...all]) {
        connection.finish();
      }
      await emptyWithin(limits.grace * MS_PER_SECOND);
      dropAll('the server closes');
      await emptyWithin(ABORT_WAIT_MS);
    },
    drop: () => dropAll('the server dropped the connection'),
    unref() {
      keepsAlive = false;
    },
  };
}
