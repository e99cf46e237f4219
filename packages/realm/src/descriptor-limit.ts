/** Lets this process run out of file descriptors, for tests of what is said then. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { hasCode } from './system-error.js';

/** The lowered limit: more than a test process has open, and few enough to take all. */
const LIMIT = 256;

/** Sets the soft limit of the process in its first argument to each number that it reads. */
const LIMITER = 'while read soft; do prlimit --pid "$0" --nofile="$soft:" && echo done; done';

export interface DescriptorLimit extends AsyncDisposable {
  /** Takes every descriptor but `left`. Returns a function that releases them. */
  takeAllBut(left: number): () => void;
}

function takeAll(): number[] {
  const taken: number[] = [];
  for (;;) {
    try {
      taken.push(openSync('/dev/null', 'r'));
    } catch (error) {
      if (hasCode(error, 'EMFILE')) {
        return taken;
      }
      throw error;
    }
  }
}

/** Lowers the limit of this process until it is disposed of. Needs prlimit (util-linux). */
export async function limitDescriptors(): Promise<DescriptorLimit> {
  // The program that raises the limit again starts before the limit falls: later, starting one needs
  // descriptors that may not be there.
  const limiter = spawn('sh', ['-c', LIMITER, String(process.pid)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(limiter.stdout);
  const set = async (soft: string) => {
    limiter.stdin.write(`${soft}\n`);
    await once(lines, 'line');
  };
  const before = softLimit();
  await set(String(LIMIT));
  return {
    takeAllBut(left) {
      const taken = takeAll();
      for (const fd of taken.splice(0, left)) {
        closeSync(fd);
      }
      return () => {
        for (const fd of taken.splice(0)) {
          closeSync(fd);
        }
      };
    },
    async [Symbol.asyncDispose]() {
      await set(before);
      limiter.kill('SIGKILL');
    },
  };
}

/** The limit of this process, as prlimit takes it. */
function softLimit(): string {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const [, soft] = /^Max open files\s+(\w+)/m.exec(limits) ?? [];
  if (soft === undefined) {
    throw new Error('/proc/self/limits has no limit of open files');
  }
  return soft;
}
