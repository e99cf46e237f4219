/** Counts this process's descriptors, threads and memory. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

function residentMemory(): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}

/** The part of Bun's global object that is used here. Other runtimes have none. */
const { Bun } = globalThis as { Bun?: { gc(synchronously: boolean): void } };

/** Runs the garbage collector, so that only memory that is still held is measured. */
export function collectGarbage(): void {
  if (Bun !== undefined) {
    Bun.gc(true);
    return;
  }
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** What the process holds at one moment. Memory is in bytes. */
export interface Usage {
  readonly descriptors: number;
  readonly threads: number;
  /** Resident memory. */
  readonly resident: number;
  /** JavaScript's heap, and the memory outside of the heap that JavaScript objects hold. */
  readonly heap: number;
}

/** Returns what this process holds now. */
export function usage(): Usage {
  const { heapUsed, external } = process.memoryUsage();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    resident: residentMemory(),
    heap: heapUsed + external,
  };
}

const POLL_MS = 20;
/** Time for what is released later, such as the other end of a connection. */
const SETTLE_MS = 5000;

/** A collection that changes the heap by no more than this has freed everything. */
const STEADY_BYTES = 16 * 1024;
/** The most collections: a heap that never settles is measured as it then is. */
const MAX_COLLECTIONS = 50;

/** Collects garbage until nothing more is freed: finalizers and weak references take several rounds. */
async function collectUntilSteady(): Promise<void> {
  let before = Number.POSITIVE_INFINITY;
  for (let n = 0; n < MAX_COLLECTIONS; n += 1) {
    collectGarbage();
    const { heap } = usage();
    if (Math.abs(before - heap) <= STEADY_BYTES) {
      return;
    }
    before = heap;
    await sleep(POLL_MS);
  }
}

/**
 * Returns what this process holds when collections free nothing more.
 *
 * With `earlier` it also waits until descriptors and threads are back at the earlier numbers, for at
 * most SETTLE_MS.
 */
export async function settledUsage(earlier?: Usage): Promise<Usage> {
  await collectUntilSteady();
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const now = usage();
    const back =
      earlier === undefined ||
      (now.descriptors <= earlier.descriptors && now.threads <= earlier.threads);
    if (back || performance.now() > deadline) {
      return now;
    }
    await sleep(POLL_MS);
  }
}
