/** Tells whether processes of a group run. */
import { readdir, readFile } from 'node:fs/promises';
import { systemErrorCode } from '../../file/system-error.js';
import { signalGroup } from './signal-group.js';

/** The states of a process that has ended, in proc_pid_stat(5): nobody has waited for it yet. */
const ENDED = /^[ZX]/;

/** Returns a process's state and group; undefined if it has ended meanwhile, or is hidden. */
async function statOf(pid: string): Promise<readonly string[] | undefined> {
  try {
    // "pid (program) state ppid pgrp …": the program's name may hold spaces and parentheses.
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '')) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Returns whether a process of the group runs. On Linux an ended one does not count, although the group has it
 * until its parent has waited for it: in a container that parent may be in no hurry.
 */
export async function isGroupRunning(group: number): Promise<boolean> {
  if (!signalGroup(group, 0)) {
    return false;
  }
  if (process.platform !== 'linux') {
    return true;
  }
  try {
    for (const pid of await readdir('/proc')) {
      const [state = '', , pgrp] = (/^\d+$/.test(pid) ? await statOf(pid) : undefined) ?? [];
      if (Number(pgrp) === group && !ENDED.test(state)) {
        return true;
      }
    }
    return false;
  } catch {
    // Without /proc, or without a descriptor to read it with, nothing tells that the group's processes have ended.
    return true;
  }
}
