/** Tells whether a process group still has running processes. */
import { readdirSync, readFileSync } from 'node:fs';
import { hasCode } from './system-error.js';

/**
 * Returns whether a process of the group still runs, and so still holds its sockets. A process that
 * has ended does not run, even if its parent has not waited for it yet. Always false on a system
 * without /proc.
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

/** Returns a process's line in /proc; an empty text if it has ended in the meantime. */
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
