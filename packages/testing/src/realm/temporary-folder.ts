/** A private temporary folder, removed at the process's end at the latest. */

import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';

/** Windows refuses for a moment to remove a file that another program has just closed. */
const REMOVAL = { recursive: true, force: true, maxRetries: 3 } as const;
/** Times that the end of the process tries to remove a folder into which files are still written. */
const REMOVAL_TRIES = 10;

export interface TemporaryFolder {
  readonly path: string;
  /** Returns the path of a file in the folder. */
  at(name: string): string;
  /** Removes the folder with all that it holds. */
  remove(): Promise<void>;
}

/** The folders that are not removed yet. */
const folders = new Set<string>();

function isNotEmpty(error: unknown): boolean {
  return isNativeError(error) && 'code' in error && error.code === 'ENOTEMPTY';
}

/**
 * Removes a folder at once. Node's threads go on writing while the process ends, and a retry of rmSync's own
 * removes no file that came meanwhile.
 */
function removeNow(folder: string): void {
  for (let tries = 1; ; tries += 1) {
    try {
      rmSync(folder, REMOVAL);
      return;
    } catch (error) {
      if (tries === REMOVAL_TRIES || !isNotEmpty(error)) {
        throw error;
      }
    }
  }
}

function removeAll(): void {
  for (const folder of folders) {
    removeNow(folder);
  }
}

/**
 * Makes a folder with mode 0700 in the system's folder for temporary files. A process that ends without
 * `remove` removes it at its end, unless a signal ends it: signals are the program's, not a library's.
 */
export async function makeTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'remctl-test-realm-'));
  if (folders.size === 0) {
    process.on('exit', removeAll);
  }
  folders.add(path);
  return {
    path,
    at: (name) => join(path, name),
    async remove() {
      await rm(path, REMOVAL);
      folders.delete(path);
      if (folders.size === 0) {
        process.off('exit', removeAll);
      }
    },
  };
}
