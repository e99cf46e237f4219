/** Sends signals to the process groups of programs. */
import { systemErrorCode } from '../../file/system-error.js';

const IS_WINDOWS = process.platform === 'win32';

/** Sends a signal, or 0, to a group. Returns whether the group has a process that this user may signal. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    // Windows has no groups: the program alone is ended.
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
