/** The workers of a load: each runs one command after another. */
import { type Backend, Remctl, RemctlError, RemctlNetworkError } from '@remctl/core';
import type { Journal } from './journal.js';
import type { LoadServers } from './servers.js';

/** Seconds: far more than a busy machine needs, so that a slow answer is not taken for a hang. */
const SILENCE_SECONDS = 120;
/** How often a worker tries all servers before it gives up. */
const ROUNDS = 10;

/** What the workers counted. Errors are counted by kind: see `kindOf`. */
export interface Counts {
  opened: number;
  /** Opens that failed for the worker. */
  readonly failedOpens: Map<string, number>;
  /** Failed attempts of the backend. Core tried some of them again, so the worker saw fewer. */
  readonly failedConnects: Map<string, number>;
  /** Errors of commands whose result is unknown. */
  readonly interrupted: Map<string, number>;
}

export const newCounts = (): Counts => ({
  opened: 0,
  failedOpens: new Map(),
  failedConnects: new Map(),
  interrupted: new Map(),
});

/** Returns a network error's code and phase, such as `EOF (command)`, and another error's class. */
export function kindOf(error: unknown): string {
  if (error instanceof RemctlNetworkError) {
    return `${error.code} (${error.phase})`;
  }
  return error instanceof Error ? error.name : String(error);
}

export function count(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

export interface Worker {
  readonly client: Remctl;
  /** Connects to the server of the last connection, or to the next one that can be reached. */
  open(): Promise<void>;
  /** Runs a command. Sends it again, on a new connection, only if its state is `not-sent`. */
  run(id: number): Promise<void>;
}

export interface WorkerOptions {
  /** The number of the first server, modulo the number of servers. */
  readonly first: number;
  readonly servers: LoadServers;
  readonly journal: Journal;
  readonly counts: Counts;
}

export function makeWorker(backend: Backend, options: WorkerOptions): Worker {
  const { first, servers, journal, counts } = options;
  const { remctlds } = servers;
  const client = new Remctl(backend, { timeout: SILENCE_SECONDS });
  let at = first % remctlds.length;

  async function open(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.open('localhost', remctlds[at]?.port);
        counts.opened += 1;
        return;
      } catch (error) {
        if (!(error instanceof RemctlNetworkError)) {
          throw error;
        }
        count(counts.failedOpens, kindOf(error));
        if (attempt === ROUNDS * remctlds.length) {
          throw error;
        }
        at = (at + 1) % remctlds.length;
      }
    }
  }

  async function run(id: number): Promise<void> {
    for (;;) {
      const send = journal.begin(id);
      const started = performance.now();
      try {
        const { status } = await client.run(servers.command(id, send)).bytes();
        if (status !== 0) {
          throw new Error(`command ${id} ended with ${status}`);
        }
        journal.end(id, 'finished', performance.now() - started);
        return;
      } catch (error) {
        if (!(error instanceof RemctlError)) {
          throw error;
        }
        journal.end(id, error.commandState);
        if (error.commandState === 'finished') {
          throw error;
        }
        if (error.commandState === 'unknown') {
          count(counts.interrupted, kindOf(error));
          return;
        }
        await open();
      }
    }
  }

  return { client, open, run };
}
