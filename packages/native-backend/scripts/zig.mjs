// The compiler zig, which compiles for every system: installed for this project only.
//
// It runs on Linux on x64. It is apart from the workspace's dependencies, since it takes 400 MB and
// only the prebuilt addons need it. zig/package-lock.json has its version and its checksums.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../zig', import.meta.url));
const TOOLS = fileURLToPath(new URL('../../../.tools', import.meta.url));
const FOLDER = join(TOOLS, 'zig');
const LOCK = 'package-lock.json';
const PROGRAM = join(FOLDER, 'node_modules', '@zigc', 'linux-x64', 'bin', 'zig');

/** Returns whether zig is installed in the version that the lock file names. */
export function hasZig() {
  const stamp = join(FOLDER, 'node_modules', '.installed-from');
  return (
    existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(join(SOURCE, LOCK), 'utf8')
  );
}

/**
 * Installs zig into .tools with npm, unless it is there. Throws an Error with npm's output if that
 * fails.
 */
export function installZig() {
  if (hasZig()) {
    return;
  }
  mkdirSync(FOLDER, { recursive: true });
  for (const name of ['package.json', LOCK]) {
    copyFileSync(join(SOURCE, name), join(FOLDER, name));
  }
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = spawnSync('npm', args, { cwd: FOLDER, encoding: 'utf8' });
  if (npm.status !== 0 || !existsSync(PROGRAM)) {
    throw new Error(`npm could not install zig: ${npm.error ?? ''}\n${npm.stdout}${npm.stderr}`);
  }
  copyFileSync(join(SOURCE, LOCK), join(FOLDER, 'node_modules', '.installed-from'));
}

/** Returns the C++ compiler for a target of zig, such as `x86_64-linux-musl`. */
export function zigCompiler(target) {
  return [PROGRAM, 'c++', '-target', target];
}

/** Returns the environment in which zig keeps its cache in .tools. */
export function zigEnvironment() {
  const cache = join(FOLDER, 'cache');
  return { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
}
