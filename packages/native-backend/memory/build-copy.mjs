// A copy of this package with an addon that was compiled for a tool, in build/<tool>: the ordinary
// addon stays as it is, and no part of the backend knows of another.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeGyp } from '../scripts/node-gyp.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds it with these flags for the compiler, and gives its folder. Throws with node-gyp's output. */
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

/** The path of one of the compiler's run-time libraries. Throws where it has none. */
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
