/** Ends running programs with the process that serves them. */
import { signalGroup } from './signal-group.js';
import type { Running } from './start-program.js';

/** The groups of running programs. */
const groups = new Set<number>();

function endAll(): void {
  for (const group of groups) {
    signalGroup(group, 'SIGTERM');
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
