/** Runs the load: many connections, many commands, one killed server. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Backend, Remctl } from '@remctl/core';
import type { Realm, Remctld } from '@remctl/realm';
import { startRealmHere } from '../realm-here.js';
import { settledUsage, type Usage, usage } from '../support/process-usage.js';
import { type Account, account } from './account.js';
import { createJournal } from './journal.js';
import { startServers } from './servers.js';
import { type Counts, count, kindOf, makeWorker, newCounts, type Worker } from './workers.js';

export interface LoadOptions {
  readonly backend: () => Backend;
  /** Number of connections that are open at once. */
  readonly connections: number;
  /** Number of all commands. */
  readonly commands: number;
  /** Number of remctlds; one of them is killed. */
  readonly servers: number;
  /** Number of connections that are opened at the same time. */
  readonly opensAtOnce: number;
}

export interface LoadReport {
  readonly backend: string;
  readonly options: LoadOptions;
  readonly counts: Counts;
  readonly account: Account;
  /** The number of the command at whose start the remctld was killed. */
  readonly killedAt: number;
  readonly seconds: { readonly open: number; readonly commands: number };
  /** Milliseconds of the finished commands. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly longest: number };
  readonly usage: {
    /** After one connection was opened and closed. */
    readonly before: Usage;
    /** All connections are open, no command runs. */
    readonly open: Usage;
    readonly firstHalf: Usage;
    readonly secondHalf: Usage;
    /** All connections are closed. */
    readonly after: Usage;
    /** The highest value of each that was seen. */
    readonly peak: Usage;
  };
  /** One sentence for each fault; empty after a good run. */
  readonly faults: readonly string[];
}

/**
 * Growth allowed in the second half: fixed bytes, and bytes for each command.
 *
 * The heap is measured when collections free nothing more. Resident memory also holds V8's young
 * generation and compiled code, which come and go.
 */
const HEAP_BOUND = { fixed: 2 ** 19, command: 32 };
const RESIDENT_BOUND = { fixed: 48 * 2 ** 20, command: 64 };

const SAMPLE_MS = 500;
/** The server is killed after this share of the second half. */
const KILL_AT = 0.1;
/** The server is stopped so long before: by its end each of its clients waits for a command. */
const STOPPED_MS = 250;
/** The most descriptors that a backend holds for one connection. */
const DESCRIPTORS_A_CONNECTION = 2;
/** More than the process holds by itself. */
const OWN_DESCRIPTORS = 200;

/**
 * Runs the load in this process, on its own realm.
 *
 * Half of the commands run first, then the other half, in which the first server is killed. All
 * connections stay open meanwhile, so that the two halves can be compared.
 *
 * Throws RangeError if an option is out of range or the limit of open files is too low. Throws any
 * error that a worker cannot handle.
 */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  checkOptions(options);
  await using realm = await startRealmHere();
  const servers = await startServers(realm, options.servers);
  const journal = createJournal(options.commands);
  const counts = newCounts();
  const backend = countFailures(options.backend(), counts.failedConnects);
  const make = (first: number) => makeWorker(backend, { first, servers, journal, counts });
  await warmUp(backend, realm);

  const before = await settledUsage();
  const peak = watchPeak();
  const workers = Array.from({ length: options.connections }, (_, n) => make(n));
  const openSeconds = await timed(() => inWaves(workers, options.opensAtOnce));
  const open = await settledUsage();

  const half = options.commands >> 1;
  const firstSeconds = await timed(() => work(workers, 0, half));
  const firstHalf = await settledUsage();

  const killAt = half + Math.floor((options.commands - half) * KILL_AT);
  let killing: Promise<void> | undefined;
  const secondSeconds = await timed(() =>
    work(workers, half, options.commands, (id) => {
      if (id === killAt) {
        killing = killAtWork(servers.remctlds[0]);
      }
    }),
  );
  await killing;
  const secondHalf = await settledUsage();

  await Promise.all(workers.map(({ client }) => client.close()));
  const after = await settledUsage(before);
  const accounted = account(journal, servers.ledger());
  const latencies = journal.latencies().sort();
  const quantile = (q: number) => latencies[Math.floor((latencies.length - 1) * q)] ?? 0;
  const taken = { before, open, firstHalf, secondHalf, after, peak: peak() };
  return {
    backend: backend.name,
    options,
    counts,
    account: accounted,
    killedAt: killAt,
    seconds: { open: openSeconds, commands: firstSeconds + secondSeconds },
    latency: { p50: quantile(0.5), p99: quantile(0.99), longest: quantile(1) },
    usage: taken,
    faults: [...accounted.faults, ...growth(taken, options.commands - half)],
  };
}

/** Runs the commands from `from` to `to` - 1: each worker takes the next one when it is free. */
async function work(
  workers: readonly Worker[],
  from: number,
  to: number,
  onTake: (id: number) => void = () => undefined,
): Promise<void> {
  let next = from;
  await Promise.all(
    workers.map(async (worker) => {
      while (next < to) {
        const id = next;
        next += 1;
        onTake(id);
        await worker.run(id);
      }
    }),
  );
}

/**
 * Kills a server while it runs commands.
 *
 * The server is stopped first, so that some commands are unfinished when it dies.
 */
async function killAtWork(remctld: Remctld | undefined): Promise<void> {
  if (remctld === undefined) {
    throw new Error('there is no server to kill');
  }
  process.kill(-remctld.pid, 'SIGSTOP');
  await sleep(STOPPED_MS);
  await remctld.kill();
}

/** Opens all connections, so many at the same time. */
async function inWaves(workers: readonly Worker[], atOnce: number): Promise<void> {
  for (let at = 0; at < workers.length; at += atOnce) {
    await Promise.all(workers.slice(at, at + atOnce).map((worker) => worker.open()));
  }
}

/** Opens and closes one connection: what the process keeps from its first one is no growth. */
async function warmUp(backend: Backend, { host, port }: Realm): Promise<void> {
  await using client = new Remctl(backend);
  await client.open(host, port);
  await client.run(['true', '']).bytes();
}

/** Throws RangeError if an option is out of range or the limit of open files is too low. */
function checkOptions({ connections, commands, servers, opensAtOnce }: LoadOptions): void {
  for (const [name, value] of Object.entries({ connections, commands, opensAtOnce })) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new RangeError(`${name} must be 1 or more`);
    }
  }
  if (!(Number.isInteger(servers) && servers >= 2)) {
    throw new RangeError('servers must be 2 or more: one is killed');
  }
  const needed = OWN_DESCRIPTORS + connections * DESCRIPTORS_A_CONNECTION;
  const limit = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  if (Number(limit) < needed) {
    throw new RangeError(
      `${connections} connections need ${needed} open files, and the limit is ${limit}: raise it ` +
        `(ulimit -n ${needed})`,
    );
  }
}

/** Wraps a backend, and counts its failed connects, also those that core tries again. */
function countFailures(backend: Backend, failures: Map<string, number>): Backend {
  return {
    name: backend.name,
    async connect(options) {
      try {
        return await backend.connect(options);
      } catch (error) {
        count(failures, kindOf(error));
        throw error;
      }
    },
  };
}

/** Returns the seconds that the work took. */
async function timed(what: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await what();
  return (performance.now() - started) / 1000;
}

/** Samples this process's usage. The returned function ends it, and returns the highest values. */
function watchPeak(): () => Usage {
  let peak = usage();
  const sample = () => {
    const now = usage();
    peak = {
      descriptors: Math.max(peak.descriptors, now.descriptors),
      threads: Math.max(peak.threads, now.threads),
      resident: Math.max(peak.resident, now.resident),
      heap: Math.max(peak.heap, now.heap),
    };
  };
  const timer = setInterval(sample, SAMPLE_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    sample();
    return peak;
  };
}

/** Returns one sentence for each value that grew too much or was not given back. */
function growth(taken: LoadReport['usage'], commands: number): string[] {
  const { before, open, firstHalf, secondHalf, after } = taken;
  const faults: string[] = [];
  const check = (what: string, now: number, bound: number) => {
    if (now > bound) {
      faults.push(`${what}: ${now}, and not more than ${bound} was allowed`);
    }
  };
  check('descriptors after all was closed', after.descriptors, before.descriptors);
  check('threads after all was closed', after.threads, before.threads);
  check('descriptors after the second half', secondHalf.descriptors, open.descriptors);
  check('threads after the second half', secondHalf.threads, open.threads);
  const allowed = ({ fixed, command }: typeof HEAP_BOUND) => fixed + command * commands;
  check('bytes of heap', secondHalf.heap, firstHalf.heap + allowed(HEAP_BOUND));
  check('bytes of memory', secondHalf.resident, firstHalf.resident + allowed(RESIDENT_BOUND));
  return faults;
}
