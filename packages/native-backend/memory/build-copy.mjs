// Makes copies of this package with another addon than the ordinary one.
//
// The ordinary addon stays as it is, and the backend knows only the addon beside it.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtAddon, compileAddon, findCompiler } from '../scripts/compile-addon.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Copies the compiled package, without an addon, into `build/<name>`, and returns that folder. Throws
 * an Error if the package has not been compiled.
 */
export function copyPackage(name) {
  const folder = join(root, 'build', name);
  if (!existsSync(join(root, 'dist', 'index.js'))) {
    throw new Error('build the workspace first: pnpm build');
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of ['package.json', 'dist']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  return folder;
}

/**
 * Builds a copy with these flags for the compiler, and returns its folder.
 *
 * Throws an Error with the compiler's output if the build fails.
 */
export function buildCopy(tool, flags) {
  const folder = copyPackage(tool);
  const result = compileAddon({
    root,
    output: builtAddon(folder),
    compiler: findCompiler() ?? ['c++'],
    flags,
    platform: process.platform,
  });
  if (result.status !== 0) {
    throw new Error(`the addon was not built for ${tool}:\n${result.stdout}${result.stderr}`);
  }
  return folder;
}

/**
 * Returns the path of one of the compiler's run-time libraries. Throws an Error if there is none.
 */
export function runtimeLibrary(name) {
  const compiler = process.env.CXX ?? 'g++';
  const { stdout } = spawnSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' });
  const path = stdout?.trim();
  if (!path || dirname(path) === '.') {
    throw new Error(
      `${compiler} has no ${name}: install the sanitizers of the compiler (on Debian they come with gcc)`,
    );
  }
  return path;
}
