/** Where the programs of this package lie: package managers, compilers, a newer Node. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package. */
export const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** The folder of the repository. */
export const ROOT = join(PACKAGE, '..', '..');

/** PATH without the programs of packages: a stranger's shell has neither these nor pnpm. */
export const OUTER_PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.split(sep).includes('node_modules'))
  .join(delimiter);

/** Returns a file of a package that this package needs. */
export function installed(name: string, ...path: string[]): string {
  return join(PACKAGE, 'node_modules', name, ...path);
}

/** The Node that this machine has. vitest may run in another one, of a package. */
export const NODE = (() => {
  const folder = OUTER_PATH.split(delimiter).find((each) => existsSync(join(each, 'node')));
  return folder === undefined ? process.execPath : join(folder, 'node');
})();

/** A newer Node: verdaccio and npm 12 need 22. */
export const NEWER_NODE = (() => {
  const path = installed(`node-${process.platform}-${process.arch}`, 'bin', 'node');
  return existsSync(path) ? path : process.execPath;
})();

/** pnpm 12 is a program of the machine, in a package for each system. */
export function pnpm12(): string {
  const require = createRequire(join(installed('pnpm-12'), 'package.json'));
  const { optionalDependencies } = JSON.parse(
    readFileSync(installed('pnpm-12', 'package.json'), 'utf8'),
  );
  for (const name of Object.keys(optionalDependencies)) {
    try {
      return join(dirname(require.resolve(`${name}/package.json`)), 'pnpm');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') {
        throw error;
      }
    }
  }
  throw new Error('no package of pnpm 12 is for this system');
}
