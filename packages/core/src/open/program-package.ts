/** Finds a package among the running program's packages. */

import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { isError } from '../is-error.js';

/** Node's options after which no program follows, but an argument. */
const EVALUATES = /^(?:-[pe]+|--eval|--print)(?:=|$)/;

/** The program's file, with every symbolic link resolved; undefined without a file, as with `node --eval`. */
export function programFile(): string | undefined {
  const given = process.argv[1];
  if (given === undefined || !isAbsolute(given)) {
    return undefined;
  }
  if (process.execArgv.some((option) => EVALUATES.test(option)) || !existsSync(given)) {
    return undefined;
  }
  return realpathSync(given);
}

/** The program's folder, or the nearest one above, whose node_modules has the package; else undefined. */
function folderWith(name: string, program: string): string | undefined {
  for (let folder = dirname(program); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name, 'package.json'))) {
      return folder;
    }
    if (folder === dirname(folder)) {
      return undefined;
    }
  }
}

/**
 * Returns the path of the package's main module, as the program's own `import` would find it; undefined if
 * the program has no such package. Like `import`, it does not search NODE_PATH or a home's node_modules.
 *
 * Throws Node's error if the package is there and cannot be resolved.
 */
export function resolveFromProgram(name: string): string | undefined {
  const program = programFile();
  if (program === undefined) {
    return undefined;
  }
  // Yarn's Plug'n'Play has no node_modules. It answers `resolve` from the program's declared dependencies.
  if (process.versions.pnp !== undefined) {
    return resolveByPnp(name, program);
  }
  const folder = folderWith(name, program);
  return folder === undefined ? undefined : createRequire(join(folder, 'any.js')).resolve(name);
}

function resolveByPnp(name: string, program: string): string | undefined {
  try {
    return createRequire(program).resolve(name);
  } catch (error) {
    const isUndeclared = isError(error) && 'code' in error && error.code === 'MODULE_NOT_FOUND';
    if (isUndeclared) {
      return undefined;
    }
    throw error;
  }
}
