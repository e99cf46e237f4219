/** Makes this process run out of file descriptors, for tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { hasCode } from './system-error.js';

/**
 * The lowered limit: more than a test process has open, and few enough to take them all quickly.
 */
const LIMIT = 256;

/** A shell script: reads numbers, and sets the soft limit of the process `$0` to each. */
const LIMITER = 'while read soft; do prlimit --pid "$0" --nofile="$soft:" && echo done; done';

export interface DescriptorLimit extends AsyncDisposable {
  /**
   * Opens files until only `left` descriptors are free. Returns a function that closes the files.
   */
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

/** Lowers this process's limit; disposing of the result restores it. Needs prlimit (util-linux). */
export async function limitDescriptors(): Promise<DescriptorLimit> {
  // The program that raises the limit again starts before the limit falls: a later start would need
  // descriptors that may be missing by then.
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

/** Returns this process's soft limit in the form that prlimit takes. */
function softLimit(): string {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const [, soft] = /^Max open files\s+(\w+)/m.exec(limits) ?? [];
  if (soft === undefined) {
    throw new Error('/proc/self/limits has no limit of open files');
  }
  return soft;
}
