/** A folder of files that lives as long as one test. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach } from 'vitest';

export interface TemporaryFiles {
  /** Returns the path of a file in the folder, whether the file exists or not. */
  path(name: string): string;
  /** Writes a file and the folders above it, and returns its path. */
  write(name: string, content: string | Uint8Array): string;
  /** Writes a file that only root may read, in a folder that every user may search. */
  secret(name: string, content: string): string;
  /** Makes a file of `length` zero bytes that takes no room on the disk, and returns its path. */
  huge(name: string, length: number): string;
}

/** Makes a new folder before each test, and removes it after the test. */
export function useTemporaryFiles(): TemporaryFiles {
  let folder: string;
  beforeEach(() => {
    const made = mkdtempSync(join(tmpdir(), 'remctl-files-'));
    folder = made;
    return () => rmSync(made, { recursive: true });
  });
  const path = (name: string) => join(folder, name);
  return {
    path,
    write(name, content) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content);
      return path(name);
    },
    secret(name, content) {
      writeFileSync(path(name), content);
      chmodSync(path(name), 0);
      chmodSync(folder, 0o755);
      return path(name);
    },
    huge(name, length) {
      writeFileSync(path(name), '');
      truncateSync(path(name), length);
      return path(name);
    },
  };
}
