// Compiles libremctl.c and runs it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Compiles libremctl.c into the realm's folder. Returns a function that runs one of its modes against
 * a port and returns the seconds that it took. Throws an Error if it cannot be compiled.
 */
export function compileLibremctl(realm) {
  const program = join(realm.folder, 'libremctl');
  const source = fileURLToPath(new URL('libremctl.c', import.meta.url));
  execFileSync('cc', ['-O2', '-o', program, source, '-lremctl']);
  return (port, mode, count) => {
    const args = [realm.host, String(port), mode, String(count)];
    return Number(execFileSync(program, args, { env: realm.env, encoding: 'utf8' }));
  };
}
