/** Finds the addon's file: built on this machine, or the one that came with the package. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RemctlBackendError } from '@remctl/core/errors';
import { COMPILER_HELP, OTHERWISE } from './install-help.js';
import { PREBUILT, systemName } from './system.js';

const PACKAGE = '@remctl/native-backend';

/** The addon's file. */
export interface AddonFile {
  readonly path: string;
  /** Whether it was built on this machine. */
  readonly isOwnBuild: boolean;
  /** The command that builds it on this machine. */
  readonly build: string;
}

/**
 * Returns the addon for this system in a package's folder. One that was built there comes before one
 * that came with the package.
 *
 * Throws RemctlBackendError if there is none, or if the folder is not this package's.
 */
export function findAddon(folder = packageFolder()): AddonFile {
  if (!isPackage(folder)) {
    throw notBeside(folder);
  }
  const build = `node ${quoted(join(folder, 'scripts', 'build-addon.mjs'))}`;
  const own = join(folder, 'build', 'Release', 'remctl.node');
  if (existsSync(own)) {
    return { path: own, isOwnBuild: true, build };
  }
  const system = systemName();
  const path = join(folder, 'prebuilds', system, 'remctl.node');
  if (existsSync(path)) {
    return { path, isOwnBuild: false, build };
  }
  if (process.platform === 'win32') {
    throw new RemctlBackendError(
      `${PACKAGE} does not run on Windows: libremctl for it is not supported. ${OTHERWISE}`,
    );
  }
  const why = PREBUILT.includes(system)
    ? `the addon of ${PACKAGE} is missing: ${path}. Install the package again, or build the addon here`
    : `${PACKAGE} has no addon for ${system} (it has ${PREBUILT.join(', ')}). Build it here`;
  throw new RemctlBackendError(
    `${why}: ${build} (it needs a C++ compiler: ${COMPILER_HELP}). ${OTHERWISE}`,
  );
}

/** Returns this package's folder; undefined in a bundle, which has no address of its own. */
function packageFolder(): string | undefined {
  // A bundler that writes CommonJS leaves no URL.
  const url: string | undefined = import.meta.url;
  return url?.startsWith('file:') === true ? fileURLToPath(new URL('..', url)) : undefined;
}

function isPackage(folder: string | undefined): folder is string {
  const file = folder === undefined ? undefined : join(folder, 'package.json');
  return (
    file !== undefined &&
    existsSync(file) &&
    JSON.parse(readFileSync(file, 'utf8')).name === PACKAGE
  );
}

function notBeside(folder: string | undefined): RemctlBackendError {
  const where = folder === undefined ? '' : ` (it looked in ${folder})`;
  return new RemctlBackendError(
    `${PACKAGE} does not find its own files${where}: a bundler has copied its code into another ` +
      `file. Leave the package out of the bundle (esbuild: --external:${PACKAGE}; rollup and ` +
      `webpack: external, externals) and install it beside the program. ${OTHERWISE}`,
  );
}

/** Returns a path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
