/** What this process holds: descriptors, threads and memory, for tests that nothing is left behind. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

function residentMemory(): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}

/** Frees what JavaScript no longer holds, so that what is measured is what is kept. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** All of it at one moment; memory in bytes. */
export interface Usage {
  readonly descriptors: number;
  readonly threads: number;
  /** Resident memory. */
  readonly resident: number;
  /** JavaScript's heap, and what is held outside of it on its behalf. */
  readonly heap: number;
}

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
/** What is released in its own time, such as the other end of a connection, has so long. */
const SETTLE_MS = 5000;

/** Two collections that leave as many bytes, but for so many, have freed what there was to free. */
const STEADY_BYTES = 16 * 1024;
/** Collections at most: a heap that never comes to rest is judged as it is then. */
const MAX_COLLECTIONS = 50;

/** Collects until a collection frees nothing more: finalizers and weak references take several. */
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
 * Once collections free nothing more. With `earlier`, once there are no more descriptors and
 * threads than then, or the time for that is over.
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
