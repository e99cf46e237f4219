/** Ends the process group of a program. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGroupRunning } from './running-group.js';
import { signalGroup } from './signal-group.js';
import type { Running } from './start-program.js';

/** Milliseconds that a program gets for its end after SIGTERM. */
const GRACE_MS = 5_000;
/** Milliseconds between two looks at whether the group is empty. */
const POLL_MS = 50;

/** Waits until no process of the group runs, but at most until `deadline`, a time of `performance.now()`. */
async function groupEnded(group: number, deadline: number): Promise<boolean> {
  while (await isGroupRunning(group)) {
    if (performance.now() >= deadline) {
      return false;
    }
    await sleep(POLL_MS);
  }
  return true;
}

/**
 * Ends a program and the processes of its group: by SIGTERM, and after `graceMs` milliseconds, 5 seconds by
 * default, by SIGKILL. Settles when they have ended. A program of sudo is another user's, which no signal may
 * reach: then it settles after that time.
 */
export async function endGroup(
  { pid, exited }: Pick<Running, 'pid' | 'exited'>,
  graceMs = GRACE_MS,
): Promise<void> {
  const deadline = performance.now() + graceMs;
  signalGroup(pid, 'SIGTERM');
  const waiting = new AbortController();
  await Promise.race([
    exited,
    // The program ended first: the abort below makes the sleep reject.
    sleep(graceMs, undefined, { signal: waiting.signal }).catch(() => undefined),
  ]);
  waiting.abort();
  if (await groupEnded(pid, deadline)) {
    return;
  }
  if (signalGroup(pid, 'SIGKILL')) {
    await exited;
  }
}
