/** What a test may ask of processes and descriptors, on Linux. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { until } from './until.js';

/** Returns whether a process runs. One that has ended, and that nobody waits for, does not run. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(') ') + 2));
  } catch {
    return false;
  }
}

/** Waits for a file of numbers of processes, and returns them. */
export async function readPids(file: string): Promise<readonly number[]> {
  await until(() => existsSync(file));
  return readFileSync(file, 'utf8').trim().split(' ').map(Number);
}

/** Returns the number of this process's open descriptors. */
export function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** Returns this process's children, the ended ones included. */
export function children(): readonly string[] {
  return readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
}
