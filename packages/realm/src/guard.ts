/**
 * The one who cleans up. A shell of its own session waits for its standard input to end, which it
 * does when the realm is disposed of and when its owner dies, however that happens (also by SIGKILL).
 * It then kills what the folder's `pids` name, with all that they started, and removes the folder and
 * what a changed clock has left. What is to end by SIGTERM is given a moment for it.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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
  # What libfaketime leaves of a program that is killed.
  rm -f "/dev/shm/faketime_shm_$pid" "/dev/shm/sem.faketime_sem_$pid"
done
rm -rf "$1" || { sleep 0.2; rm -rf "$1"; }
`;

export interface Guard {
  /** Has the process group of this leader ended at the end. */
  watch(pid: number, endsBy?: 'SIGTERM' | 'SIGKILL'): void;
  /** Kills, removes, and settles when it is done. */
  end(): Promise<void>;
}

export function startGuard(folder: string): Guard {
  const pids = join(folder, 'pids');
  mkdirSync(pids);
  const shell = spawn('sh', ['-c', SCRIPT, 'realm-guard', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve, reject) => {
    shell.once('error', reject);
    shell.once('exit', () => resolve());
  });
  ended.catch(() => undefined);
  // A realm that nobody disposed of must not keep its owner alive; the guard notices the end.
  shell.unref();
  return {
    // A file that is not empty names one that is to end by SIGTERM.
    watch: (pid, endsBy) =>
      writeFileSync(join(pids, String(pid)), endsBy === 'SIGTERM' ? endsBy : ''),
    async end() {
      shell.ref();
      shell.stdin.end();
      await ended;
    },
  };
}
