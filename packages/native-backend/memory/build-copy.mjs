// Makes a copy of this package with an addon for a tool.
//
// The ordinary addon stays as it is, and the backend knows only the addon beside it.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeGyp } from '../scripts/node-gyp.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds the copy with these flags for the compiler, and returns its folder.
 *
 * Throws an Error with node-gyp's output if the build fails.
 */
export function buildCopy(tool, flags) {
  const folder = join(root, 'build', tool);
  if (!existsSync(join(root, 'dist', 'index.js'))) {
    throw new Error('build the workspace first: pnpm build');
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of ['package.json', 'binding.gyp', 'native', 'dist']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  const env = { ...process.env, CXXFLAGS: flags.join(' '), LDFLAGS: flags.join(' ') };
  const result = nodeGyp(folder, env);
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
