/** C programs that give tests the answers of MIT Kerberos. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/**
 * Compiles a C file, and removes the program after the tests of the file or `describe` block that
 * calls this. Returns the program's path. Needs cc and libkrb5-dev.
 */
export function useProgram(source: URL, libraries: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'krb5-test-'));
  const path = join(folder, 'program');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  afterAll(remove);
  try {
    execFileSync('cc', [
      '-O2',
      '-Wall',
      '-Werror',
      '-o',
      path,
      fileURLToPath(source),
      ...libraries,
    ]);
  } catch (error) {
    remove();
    throw error;
  }
  return path;
}
