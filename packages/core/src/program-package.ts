/** Finds a package where the running program has its packages. */
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';

/** Options with which the first word after Node's own is an argument, and no program. */
const EVALUATES = /^(?:-[pe]+|--eval|--print)(?:=|$)/;

/** The program's file, behind every symbolic link; undefined if there is none, as with `node --eval`. */
function programFile(): string | undefined {
  const given = process.argv[1];
  if (given === undefined || !isAbsolute(given)) {
    return undefined;
  }
  if (process.execArgv.some((option) => EVALUATES.test(option)) || !existsSync(given)) {
    return undefined;
  }
  return realpathSync(given);
}

/** The folder, from the program's upwards, whose node_modules has the package; undefined if none has. */
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
 * The path of the package's main module, as the program's own `import` would find it; undefined if
 * the program has no such package. NODE_PATH and the node_modules of a home are not looked in, as
 * `import` does not either.
 *
 * Throws: what Node throws for a package that is there and cannot be resolved.
 */
export function resolveFromProgram(name: string): string | undefined {
  const program = programFile();
  if (program === undefined) {
    return undefined;
  }
  // Yarn's Plug'n'Play has no node_modules, and answers `resolve` from the program's declared dependencies.
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
    const isUndeclared =
      error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
    if (isUndeclared) {
      return undefined;
    }
    throw error;
  }
}
