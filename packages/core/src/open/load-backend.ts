/** Loads a backend's package by the backend's name. */

import { pathToFileURL } from 'node:url';
import type { Backend } from '../backend.js';
import { RemctlBackendError } from '../errors.js';
import { isError } from '../is-error.js';
import { resolveFromProgram } from './program-package.js';

/** The backends that have a name: each one's package, and the export that makes it. */
const PACKAGES = {
  pure: { package: '@remctl/pure-backend', factory: 'createPureBackend' },
  native: { package: '@remctl/native-backend', factory: 'createNativeBackend' },
} as const;

export type BackendName = keyof typeof PACKAGES;

/** The environment variable that names the backend if the program names none. */
const BACKEND_VARIABLE = 'REMCTL_BACKEND';

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
  const exports = await importPackage(entry.package);
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
async function importPackage(name: string): Promise<Record<string, unknown>> {
  let missing: unknown;
  try {
    return await import(name);
  } catch (error) {
    if (!isMissing(error, name)) {
      throw error;
    }
    missing = error;
  }
  const path = resolveFromProgram(name);
  if (path !== undefined) {
    return import(pathToFileURL(path).href);
  }
  throw new RemctlBackendError(`${name} is not installed: npm install ${name}`, { cause: missing });
}

/** Whether the package itself was not found. Something that the package needs may be missing too. */
function isMissing(error: unknown, name: string): boolean {
  return (
    isError(error) &&
    'code' in error &&
    (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') &&
    error.message.includes(`'${name}'`)
  );
}
