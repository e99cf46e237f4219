/** Whether a bundler has put core into another file. */
import { RemctlBackendError } from '../errors.js';

const PART_OF_CORE = '@remctl/core/errors';

/** Whether this code stands in a bundle. Installed, core finds itself by its name, and finds this copy. */
export async function isBundled(): Promise<boolean> {
  return (await importIfPossible(PART_OF_CORE))?.RemctlBackendError !== RemctlBackendError;
}

/** Imports a module; undefined if that fails, as in a bundle, for whatever reason its runtime has. */
async function importIfPossible(name: string): Promise<Record<string, unknown> | undefined> {
  try {
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ name);
  } catch {
    return undefined;
  }
}
