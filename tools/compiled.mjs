// Imports the compiled packages of this workspace.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './steps.mjs';

/** The name of each backend's maker, by the backend's name. */
export const BACKENDS = { pure: 'createPureBackend', native: 'createNativeBackend' };

/** Returns the path of a file in a package's dist folder. */
export function compiledPath(name, ...path) {
  return join(ROOT, 'packages', name, 'dist', ...path);
}

/** Imports a module from a package's dist folder. */
export function importCompiled(name, ...path) {
  return import(pathToFileURL(compiledPath(name, ...path)).href);
}

/** Returns the maker of a backend; undefined if its package does not export one. */
export async function importBackendMaker(backend) {
  const module = await importCompiled(`${backend}-backend`, 'index.js');
  return module[BACKENDS[backend]];
}
