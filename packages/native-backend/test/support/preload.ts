/** Libraries of test/fixture that are preloaded into a process (LD_PRELOAD). */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Compiles `test/fixture/<name>.c` in a folder, and returns the library's path. Needs cc. */
export function compilePreload(name: string, folder: string): string {
  const library = join(folder, `${name}.so`);
  const source = fileURLToPath(new URL(`../fixture/${name}.c`, import.meta.url));
  execFileSync('cc', ['-shared', '-fPIC', '-Wall', '-Wextra', '-o', library, source, '-ldl']);
  return library;
}
