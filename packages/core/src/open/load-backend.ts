/** Loads a backend's package by the backend's name. */

import { pathToFileURL } from 'node:url';
import type { Backend } from '../backend.js';
import { RemctlBackendError } from '../errors.js';
import { isBundled } from './is-bundled.js';
import { programFile, resolveFromProgram } from './program-package.js';

/** The backends that have a name: each one's package, and the export that makes it. */
const PACKAGES = {
  pure: { package: '@remctl/pure-backend', factory: 'createPureBackend' },
  native: { package: '@remctl/native-backend', factory: 'createNativeBackend' },
} as const;

export type BackendName = keyof typeof PACKAGES;

/** The environment variable that names the backend if the program names none. */
const BACKEND_VARIABLE = 'REMCTL_BACKEND';

/** The codes of the runtimes' errors for a package that is not there; the last is that of a single executable. */
const MISSING_CODES: ReadonlySet<string> = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_UNKNOWN_BUILTIN_MODULE',
]);

function isBackendName(name: string): name is BackendName {
  return Object.hasOwn(PACKAGES, name);
}

/**
 * Returns the backend that the caller gave, or the one of a name. Without both, `REMCTL_BACKEND` names it;
 * the default is `pure`.
 *
 * Throws TypeError, RangeError if the name is unknown, and RemctlBackendError if the package, or a library
 * that it needs, is not installed.
 */
export async function loadBackend(backend: BackendName | Backend | undefined): Promise<Backend> {
  if (typeof backend === 'object' && backend !== null) {
    if (typeof backend.connect !== 'function' || typeof backend.name !== 'string') {
      throw new TypeError('a backend must have a name and a connect() method (see Backend)');
    }
    return backend;
  }
  const fromVariable = process.env[BACKEND_VARIABLE];
  const name: unknown = backend ?? (fromVariable || 'pure');
  if (typeof name !== 'string') {
    throw new TypeError('backend must be a name or a Backend object');
  }
  if (!isBackendName(name)) {
    const source = backend === undefined ? `${BACKEND_VARIABLE} names` : 'there is';
    throw new RangeError(
      `${source} no known backend: ${JSON.stringify(name)}; known are ${Object.keys(PACKAGES).join(', ')}`,
    );
  }
  const entry = PACKAGES[name];
  const exports = await importPackage(entry.package, entry.factory);
  const factory = exports[entry.factory];
  if (typeof factory !== 'function') {
    throw new RemctlBackendError(
      `${entry.package} exports no ${entry.factory}: install the version that goes with @remctl/core`,
    );
  }
  return factory();
}

/**
 * Imports a package from beside core, else from the program's packages. The current folder and its parents
 * are not searched: they may be another user's.
 */
async function importPackage(name: string, factory: string): Promise<Record<string, unknown>> {
  let missing: unknown;
  try {
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ name);
  } catch (error) {
    if (!isMissing(error, name)) {
      throw error;
    }
    missing = error;
  }
  const path = resolveFromProgram(name);
  if (path !== undefined) {
    return import(/* webpackIgnore: true */ /* @vite-ignore */ pathToFileURL(path).href);
  }
  throw new RemctlBackendError(await whyMissing(name, factory), { cause: missing });
}

/** Says why a backend's package was not found, and how the program gets it. */
async function whyMissing(name: string, factory: string): Promise<string> {
  // A bundle cannot hold the native backend, which has an addon.
  if (name === PACKAGES.pure.package && (await isBundled())) {
    return (
      `${name} is not in this bundle, which holds only what the program imports: import ${factory} from it and ` +
      `pass ${factory}() in place of the name; or mark it as external, and npm install it where the bundle runs`
    );
  }
  const notInstalled = `${name} is not installed: npm install ${name}`;
  if (programFile() !== undefined) {
    return notInstalled;
  }
  return (
    `${notInstalled}. If it is: a program without a file, as of node --eval, has no packages of its own that could ` +
    `be searched; import ${factory} from it and pass ${factory}() in place of the name`
  );
}

/**
 * Whether the package itself was not found. Something that the package needs may be missing too. Each
 * runtime has its own text, and Bun throws an object that is no Error.
 */
function isMissing(error: unknown, name: string): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) {
    return false;
  }
  const { code, message } = error;
  return (
    typeof code === 'string' &&
    MISSING_CODES.has(code) &&
    typeof message === 'string' &&
    (message.includes(`'${name}'`) ||
      message.includes(`"${name}"`) ||
      message.endsWith(`: ${name}`))
  );
}
