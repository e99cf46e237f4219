/** A connection of our server whose faults and milestones are counted. */
import type { Socket } from 'node:net';
import { type checkLimits, type createByteBudget, startConnection } from './server-internals.js';

type Service = Parameters<typeof startConnection>[1]['service'];

export interface WatchedOptions extends Omit<Service, 'log'> {
  readonly limits: ReturnType<typeof checkLimits>;
  readonly budget: ReturnType<typeof createByteBudget>;
}

/** What has become of the connection so far. */
export interface Watched {
  /** Number of times that the client has authenticated. */
  readonly authenticated: number;
  /** Number of times that the connection was over. */
  readonly over: number;
  /** The internal failures in the log. */
  readonly faults: readonly string[];
}

/** Serves the client at the other end of a socket. The result changes with the connection. */
export function watchConnection(socket: Socket, { budget, ...service }: WatchedOptions): Watched {
  const faults: string[] = [];
  const watched = { authenticated: 0, over: 0, faults };
  startConnection(socket, {
    service: {
      ...service,
      log(record) {
        if ('reason' in record && record.reason.startsWith('internal failure')) {
          faults.push(record.reason);
        }
      },
    },
    budget,
    address: '127.0.0.1',
    onAuthenticated: () => {
      watched.authenticated += 1;
    },
    onOver: () => {
      watched.over += 1;
    },
  });
  return watched;
}
