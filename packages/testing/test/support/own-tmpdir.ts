/** A folder for temporary files that is a test's own, so that the test sees what is left behind. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** Gives each test of the file or block a folder of its own, until its end. */
export function ownTmpdir() {
  let folder: string;
  let saved: string | undefined;

  beforeEach(() => {
    saved = process.env.TMPDIR;
    folder = mkdtempSync(join(tmpdir(), 'remctl-own-'));
    process.env.TMPDIR = folder;
  });
  afterEach(() => {
    if (saved === undefined) {
      delete process.env.TMPDIR;
    } else {
      process.env.TMPDIR = saved;
    }
    rmSync(folder, { recursive: true });
  });
  return {
    get path() {
      return folder;
    },
    /** The names of the files that are there now. */
    files: () => readdirSync(folder),
  };
}
