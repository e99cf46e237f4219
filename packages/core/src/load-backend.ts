/** Backends by name. Core imports none: a backend's package is loaded when it is asked for. */
import { pathToFileURL } from 'node:url';
import type { Backend } from './backend.js';
import { RemctlBackendError } from './errors.js';
import { resolveFromProgram } from './program-package.js';

/** The backends that have a name: the package of each, and its export that makes one. */
const PACKAGES = {
  pure: { package: '@remctl/pure-backend', factory: 'createPureBackend' },
  native: { package: '@remctl/native-backend', factory: 'createNativeBackend' },
} as const;

export type BackendName = keyof typeof PACKAGES;

/** The environment variable that names the backend where the program names none. */
const BACKEND_VARIABLE = 'REMCTL_BACKEND';

function isBackendName(name: string): name is BackendName {
  return Object.hasOwn(PACKAGES, name);
}

/**
 * The backend for what the caller gave: a backend itself, or a name; without either the name in
 * `REMCTL_BACKEND`, else `pure`.
 *
 * Errors: RangeError for an unknown name; TypeError; RemctlBackendError where the package, or what
 * it stands on, is not installed.
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
 * Imports a package from core's own place, else from the program's. The current folder and its
 * parents are never looked in: they may be another user's.
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

/** Whether the package itself was not found, as opposed to something that it needs. */
function isMissing(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') &&
    error.message.includes(`'${name}'`)
  );
}
