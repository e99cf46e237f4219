/** Loads a server with clients whose processes are killed at random. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Realm } from '@remctl/realm';
import type { BackendModule } from '../case.js';
import { startRealmHere } from '../realm-here.js';
import type { ClientJob } from './client-job.js';
import { readJournal } from './client-journal.js';
import { accountOf, type LedgerAccount } from './ledger-account.js';
import { type ServerUsage, usageOf } from './server-usage.js';

/** A server under load. */
export interface LoadedServer {
  readonly port: number;
  readonly pid: number;
  /** The arguments before a command's id: the command adds the id to the ledger. */
  readonly command: readonly string[];
  /** Returns the id of every run so far. */
  ledger(): readonly number[];
  stop(): Promise<void>;
}

export interface ServerLoadOptions {
  readonly name: string;
  readonly start: (realm: Realm) => Promise<LoadedServer>;
  /** Tells the client processes how to make their backend. */
  readonly module: BackendModule;
  /** Number of clients that are connected at once. */
  readonly clients: number;
  /** Number of processes that the clients are in. */
  readonly processes: number;
  readonly commands: number;
  /** Number of client processes that are killed. */
  readonly kills: number;
}

export interface ServerLoadReport {
  readonly options: ServerLoadOptions;
  readonly account: LedgerAccount;
  /** Number of client processes that were killed while they had commands to run. */
  readonly killed: number;
  readonly seconds: { readonly open: number; readonly commands: number };
  readonly usage: {
    /** Before the first client. */
    readonly before: ServerUsage;
    /** All clients are connected, and no command runs. */
    readonly open: ServerUsage;
    /** Half of the commands have been begun. */
    readonly half: ServerUsage;
    /** The last client has gone. */
    readonly after: ServerUsage;
    /** The most resident memory that was seen, in bytes. */
    readonly residentPeak: number;
  };
  /** One sentence for each fault; empty after a good run. */
  readonly faults: readonly string[];
}

const PROGRAM = fileURLToPath(new URL('client-process.js', import.meta.url));
const SAMPLE_MS = 100;
/** Milliseconds that a server has to notice that its last clients have gone. */
const SETTLE_MS = 10_000;
const MS_PER_SECOND = 1000;
/** Growth of resident memory in the second half that a collector's timing explains. */
const RESIDENT_BOUND = 48 * 2 ** 20;

/** Which client processes are at work, and the ids that each of them has. */
interface Slot {
  readonly job: Omit<ClientJob, 'from'>;
  readonly first: number;
  child: ChildProcess;
  ended: Promise<unknown>;
}

/**
 * Runs the load on its own realm. Throws RangeError if an option is below 1, and an Error if a client
 * process fails by itself.
 */
export async function runServerLoad(options: ServerLoadOptions): Promise<ServerLoadReport> {
  const { clients, processes, commands, kills } = options;
  for (const [name, value] of Object.entries({ clients, processes, commands })) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new RangeError(`${name} must be 1 or more`);
    }
  }
  await using realm = await startRealmHere();
  const server = await options.start(realm);
  const before = usageOf(server.pid);
  let residentPeak = before.resident;
  const share = Math.ceil(commands / processes);
  const jobOf = (n: number): Slot['job'] => ({
    module: options.module,
    host: realm.host,
    port: server.port,
    connections: Math.ceil(clients / processes),
    journal: join(realm.folder, `journal-${n}`),
    command: server.command,
    to: Math.min(commands, (n + 1) * share),
  });
  const opening = performance.now();
  const slots = Array.from({ length: processes }, (_, n): Slot => {
    const job = jobOf(n);
    return { job, first: n * share, ...startClients({ ...job, from: n * share }, realm) };
  });
  const opened = await Promise.all(slots.map(isOpen));
  const openSeconds = (performance.now() - opening) / MS_PER_SECOND;
  const open = usageOf(server.pid);

  const started = performance.now();
  for (const { child } of slots) {
    child.send('begin');
  }
  let killed = 0;
  let half: ServerUsage | undefined;
  let done = false;
  const all = Promise.all(slots.map(untilDone)).finally(() => {
    done = true;
  });
  const faults = opened.flatMap((fault) => fault ?? []);
  while (!done) {
    await Promise.race([sleep(SAMPLE_MS), all]);
    const now = usageOf(server.pid);
    residentPeak = Math.max(residentPeak, now.resident);
    const ran = server.ledger().length;
    if (half === undefined && ran >= commands / 2) {
      half = now;
    }
    // The kills are spread over the commands, whatever the machine's speed.
    if (killed < kills && ran >= ((killed + 1) * commands) / (kills + 1)) {
      killed += killOne(slots) ? 1 : 0;
    }
  }
  await all;
  const commandSeconds = (performance.now() - started) / MS_PER_SECOND;
  const after = await settled(server.pid, before);
  const account = accountOf(
    slots.map(({ job }) => readJournal(job.journal)),
    server.ledger(),
  );
  await server.stop();
  const usage = { before, open, half: half ?? after, after, residentPeak };
  return {
    options,
    account,
    killed,
    seconds: { open: openSeconds, commands: commandSeconds },
    usage,
    faults: [...faults, ...account.faults, ...left(usage)],
  };

  /** Waits for the end of a slot's process, and starts another one in the place of a killed one. */
  async function untilDone(slot: Slot): Promise<void> {
    for (;;) {
      await slot.ended;
      if (slot.child.exitCode === 0) {
        return;
      }
      if (slot.child.signalCode !== 'SIGKILL') {
        throw new Error(`a client process ended with status ${slot.child.exitCode}: see above`);
      }
      const { begun } = readJournal(slot.job.journal);
      const from = Math.max(slot.first, ...[...begun].map((id) => id + 1));
      Object.assign(slot, startClients({ ...slot.job, from }, realm));
      await isOpen(slot);
      if (slot.child.connected) {
        slot.child.send('begin');
      }
    }
  }
}

function startClients(job: ClientJob, realm: Realm): Pick<Slot, 'child' | 'ended'> {
  const child = fork(PROGRAM, [JSON.stringify(job)], { env: realm.env });
  return { child, ended: once(child, 'exit') };
}

/** Waits until all connections of a process are open. Returns a fault if the process ends before. */
async function isOpen({ child, ended }: Slot): Promise<string | undefined> {
  const result = await Promise.race([
    once(child, 'message').then(() => undefined),
    ended.then(() => `a client process ended before its connections were open`),
  ]);
  return child.signalCode === 'SIGKILL' ? undefined : result;
}

/** Kills one of the processes at work, chosen at random. Returns whether there was one. */
function killOne(slots: readonly Slot[]): boolean {
  const atWork = slots.filter(({ child }) => child.exitCode === null && child.signalCode === null);
  return atWork[Math.floor(Math.random() * atWork.length)]?.child.kill('SIGKILL') ?? false;
}

/** Returns the server's usage once it holds no more descriptors and children than `before`. */
async function settled(pid: number, before: ServerUsage): Promise<ServerUsage> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const now = usageOf(pid);
    const back = now.descriptors <= before.descriptors && now.children <= before.children;
    if (back || performance.now() > deadline) {
      return now;
    }
    await sleep(SAMPLE_MS);
  }
}

function left({ before, half, after }: Omit<ServerLoadReport['usage'], 'open'>): string[] {
  const faults: string[] = [];
  if (after.descriptors > before.descriptors) {
    faults.push(`the server holds ${after.descriptors - before.descriptors} more descriptors`);
  }
  if (after.children > before.children) {
    faults.push(`the server has ${after.children - before.children} processes left`);
  }
  if (after.resident > half.resident + RESIDENT_BOUND) {
    const growth = Math.round((after.resident - half.resident) / 2 ** 20);
    faults.push(`resident memory grew by ${growth} MiB in the second half`);
  }
  return faults;
}
