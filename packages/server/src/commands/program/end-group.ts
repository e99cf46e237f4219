/** Ends the process group of a program. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemErrorCode } from '../../file/system-error.js';
import type { Running } from './start-program.js';

/** Milliseconds that a program gets for its end after SIGTERM. */
const GRACE_MS = 5_000;
/** Milliseconds between two looks at whether the group is empty. */
const POLL_MS = 50;

const IS_WINDOWS = process.platform === 'win32';

/** The groups of running programs. */
const groups = new Set<number>();

function endAll(): void {
  for (const group of groups) {
    signalGroup(group, 'SIGTERM');
  }
}

/** Sends a signal, or 0, to a group. Returns whether the group has a process that this user may signal. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    // Windows has no groups; its processes are ended one by one.
    process.kill(IS_WINDOWS ? group : -group, signal);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ESRCH' || code === 'EPERM') {
      return false;
    }
    throw error;
  }
}

/** Ends the program with this process, if this process ends first by `process.exit()` or by an error. */
export function endWithProcess({ pid, exited }: Running): void {
  if (groups.size === 0) {
    process.on('exit', endAll);
  }
  groups.add(pid);
  void exited.then(() => {
    groups.delete(pid);
    if (groups.size === 0) {
      process.off('exit', endAll);
    }
  });
}

/** Waits until the group is empty, but at most until `deadline`, a time of `performance.now()`. */
async function emptied(group: number, deadline: number): Promise<boolean> {
  while (signalGroup(group, 0)) {
    if (performance.now() >= deadline) {
      return false;
    }
    await sleep(POLL_MS);
  }
  return true;
}

/**
 * Ends a program and the processes of its group: by SIGTERM, and 5 seconds later by SIGKILL. Settles when they
 * have ended. A program of sudo is another user's, which no signal may reach: then it settles after 5 seconds.
 */
export async function endGroup({ pid, exited }: Running): Promise<void> {
  const deadline = performance.now() + GRACE_MS;
  const left = () => Math.max(0, deadline - performance.now());
  signalGroup(pid, 'SIGTERM');
  const waiting = new AbortController();
  await Promise.race([
    exited,
    sleep(left(), undefined, { signal: waiting.signal }).catch(() => undefined),
  ]);
  waiting.abort();
  if (await emptied(pid, deadline)) {
    return;
  }
  if (signalGroup(pid, 'SIGKILL')) {
    await exited;
  }
}
