/** Small C programs on MIT Kerberos's libraries, for tests that compare with them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Program {
  readonly path: string;
  remove(): void;
}

/** Compiles a C file of the tests in a temporary folder. Needs cc and libkrb5-dev. */
export function compile(source: URL, libraries: readonly string[]): Program {
  const folder = mkdtempSync(join(tmpdir(), 'krb5-test-'));
  const path = join(folder, 'program');
  const remove = () => rmSync(folder, { recursive: true, force: true });
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
  return { path, remove };
}
