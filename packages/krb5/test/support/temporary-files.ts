/** A folder of files for one test file. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TemporaryFiles {
  /** The path of a file there, whether it exists or not. */
  path(name: string): string;
  /** Writes a file, with the folders that it is in; gives back its path. */
  write(name: string, content: string | Uint8Array): string;
  /** Makes a file of so many zero bytes, which takes no room; gives back its path. */
  huge(name: string, length: number): string;
  dispose(): void;
}

export function temporaryFiles(): TemporaryFiles {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-files-'));
  const path = (name: string) => join(folder, name);
  return {
    path,
    write(name, content) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content);
      return path(name);
    },
    huge(name, length) {
      writeFileSync(path(name), '');
      truncateSync(path(name), length);
      return path(name);
    },
    dispose() {
      rmSync(folder, { recursive: true });
    },
  };
}
