/** Looks at the processes of a process group. */
import { readdirSync, readFileSync } from 'node:fs';
import { hasCode } from './system-error.js';

/**
 * Tells whether a process of a process group still runs, and so still holds its sockets. A process
 * that has ended and that nobody has waited for does not run. Always false on a system without /proc.
 */
export function isGroupRunning(group: number): boolean {
  if (process.platform !== 'linux') {
    return false;
  }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    // "pid (program) state ppid pgrp …": the program's name may hold spaces and parentheses.
    const stat = statOf(pid);
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    if (Number(pgrp) === group && state !== 'Z' && state !== 'X') {
      return true;
    }
  }
  return false;
}

/** A process's line in /proc; nothing if it ended in the meantime. */
function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) {
      return '';
    }
    throw error;
  }
}
