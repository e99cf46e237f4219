/** Many connections of one process, many commands, and a server that dies in the middle. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Backend, Remctl } from '@remctl/core';
import type { Realm, Remctld } from '@remctl/realm';
import { settledUsage, type Usage, usage } from '../process-usage.js';
import { startRealmHere } from '../realm-here.js';
import { type Account, account } from './account.js';
import { createJournal } from './journal.js';
import { startServers } from './servers.js';
import { type Counts, count, kindOf, makeWorker, newCounts, type Worker } from './workers.js';

export interface LoadOptions {
  readonly backend: () => Backend;
  /** Connections that are open at once. */
  readonly connections: number;
  /** Commands in all. */
  readonly commands: number;
  /** How many remctlds there are; one of them is killed. */
  readonly servers: number;
  /** How many connections are being opened at once. */
  readonly opensAtOnce: number;
}

export interface LoadReport {
  readonly backend: string;
  readonly options: LoadOptions;
  readonly counts: Counts;
  readonly account: Account;
  /** How much was finished when the remctld was killed. */
  readonly killedAt: number;
  readonly seconds: { readonly open: number; readonly commands: number };
  /** Milliseconds of finished commands. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly longest: number };
  readonly usage: {
    /** After one connection was opened and closed. */
    readonly before: Usage;
    /** All connections open, no command at work. */
    readonly open: Usage;
    readonly firstHalf: Usage;
    readonly secondHalf: Usage;
    /** All connections closed. */
    readonly after: Usage;
    /** The highest of each that was seen. */
    readonly peak: Usage;
  };
  /** What must not be, each in a sentence: none in a good run. */
  readonly faults: readonly string[];
}

/**
 * How far above the first half the second may be: bytes, and bytes for each of its commands. The
 * heap is what is held once collections free nothing more; resident memory has V8's young
 * generation and compiled code in it too, which come and go by themselves.
 */
const HEAP_BOUND = { fixed: 2 ** 19, command: 32 };
const RESIDENT_BOUND = { fixed: 48 * 2 ** 20, command: 64 };

const SAMPLE_MS = 500;
/** When the server dies: this share of the second half is finished. */
const KILL_AT = 0.1;
/** How long it is stopped before: its clients have a command each by then. */
const STOPPED_MS = 250;
/** A connection of the native backend has two; the rest is the process's own. */
const DESCRIPTORS_A_CONNECTION = 2;
const OWN_DESCRIPTORS = 200;

/**
 * Runs the load on a realm of its own, in this process: half of the commands, then the other half,
 * in which the first server is killed. All connections stay open meanwhile, so that the two halves
 * can be compared.
 *
 * Errors: RangeError for options, and where the limit of open files is too low; what a worker meets
 * and cannot deal with.
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

/** Has the workers run the commands from `from` to `to` - 1, each taking the next when it is done. */
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
 * Kills a server while it has commands: it is stopped first, so that those that it is given meanwhile
 * cannot all have ended when it dies.
 */
async function killAtWork(remctld: Remctld | undefined): Promise<void> {
  if (remctld === undefined) {
    throw new Error('a server was to be killed, and there is none');
  }
  process.kill(-remctld.pid, 'SIGSTOP');
  await sleep(STOPPED_MS);
  await remctld.kill();
}

async function inWaves(workers: readonly Worker[], atOnce: number): Promise<void> {
  for (let at = 0; at < workers.length; at += atOnce) {
    await Promise.all(workers.slice(at, at + atOnce).map((worker) => worker.open()));
  }
}

/** Threads and descriptors that a process has from its first connection on are no growth. */
async function warmUp(backend: Backend, { host, port }: Realm): Promise<void> {
  await using client = new Remctl(backend);
  await client.open(host, port);
  await client.run(['true', '']).bytes();
}

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

/** The same backend; the connects that failed are counted, also those that core tries again. */
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

async function timed(what: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await what();
  return (performance.now() - started) / 1000;
}

/** Samples until it is asked for the highest. */
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

/** What was not given back, and what grew. */
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
