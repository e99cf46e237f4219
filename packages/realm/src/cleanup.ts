/**
 * The process that cleans up after a realm, however its owner ends.
 *
 * The shell waits for the end of its standard input. That end comes when the realm is disposed of,
 * and when the owner dies, even by SIGKILL. Then the shell kills the process groups that the
 * folder's `pids` names, and removes the folder and the files that libfaketime has left. A daemon
 * that has to end by SIGTERM gets one second for it. The shell is in a session of its own, so that
 * a signal to the owner's process group misses it.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clockObjects } from './clock.js';

const SCRIPT = `
trap '' INT TERM HUP
cat >/dev/null
for file in "$1"/pids/*; do
  [ -s "$file" ] || continue
  group=-$(basename "$file")
  kill -s TERM -- "$group" 2>/dev/null
  for moment in 1 2 3 4 5 6 7 8 9 10; do
    kill -s 0 -- "$group" 2>/dev/null || break
    sleep 0.1
  done
done
for file in "$1"/pids/*; do
  pid=$(basename "$file")
  [ -f "$file" ] && kill -s KILL -- "-$pid" 2>/dev/null
  rm -f ${clockObjects('$pid')
    .map((path) => `"${path}"`)
    .join(' ')}
done
rm -rf "$1" || { sleep 0.2; rm -rf "$1"; }
`;

/** The signal that ends a daemon. */
export type EndSignal = 'SIGTERM' | 'SIGKILL';

export interface Cleanup {
  /**
   * Registers the process group of the leader `pid`, to be ended with the realm; by SIGKILL by
   * default.
   */
  watch(pid: number, endsBy?: EndSignal): void;
  /**
   * Ends the watch of a group that has ended, since another program may get its number, and removes
   * what libfaketime has left of its leader.
   */
  forget(pid: number): void;
  /** Has `end` call `action` too, for what is in this process. */
  also(action: () => Promise<void>): void;
  /**
   * Ends the watched process groups, removes the folder and calls the actions. Settles when all is
   * done.
   */
  end(): Promise<void>;
}

/** Starts the shell that will clean up `folder`, and creates `pids` in it. */
export function startCleanup(folder: string): Cleanup {
  const pids = join(folder, 'pids');
  mkdirSync(pids);
  const shell = spawn('sh', ['-c', SCRIPT, 'realm-cleanup', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve, reject) => {
    shell.once('error', reject);
    shell.once('exit', () => resolve());
  });
  ended.catch(() => undefined);
  // A realm that nobody disposed of must not keep its owner alive; the shell notices the owner's
  // end.
  shell.unref();
  const actions: (() => Promise<void>)[] = [];
  return {
    // The script reads a file that is not empty as: this process group ends by SIGTERM.
    watch: (pid, endsBy) =>
      writeFileSync(join(pids, String(pid)), endsBy === 'SIGTERM' ? endsBy : ''),
    forget(pid) {
      for (const path of [join(pids, String(pid)), ...clockObjects(pid)]) {
        rmSync(path, { force: true });
      }
    },
    also: (action) => {
      actions.push(action);
    },
    async end() {
      shell.ref();
      shell.stdin.end();
      await Promise.all([ended, ...actions.map((action) => action())]);
    },
  };
}
