// Compiles the addon's sources into one file, with any C++ compiler.
//
// The headers of Node-API are in this package: a build needs nothing but the compiler. libremctl and
// libkrb5 are loaded at run time, so their headers are not needed either.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Returns where the addon of a build on this machine lies in a package's folder. */
export function builtAddon(root) {
  return join(root, 'build', 'Release', 'remctl.node');
}

/** Flags for every compiler. Node-API of version 8 is in Node 12.22 and every later Node. */
const FLAGS = [
  ...['-std=c++17', '-O2', '-fPIC', '-fvisibility=hidden', '-fno-exceptions', '-fno-rtti'],
  ...['-pthread', '-Wall', '-Wextra', '-Wno-cast-function-type'],
  ...['-DNAPI_VERSION=8', '-DNAPI_DISABLE_CPP_EXCEPTIONS'],
  ...['-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS', '-DBUILDING_NODE_EXTENSION'],
];

/** Flags for the linker, by the system that the addon is for. */
const LINK_FLAGS = {
  // Threads may outlive the environment that loaded the addon, and they run its code.
  linux: ['-shared', '-Wl,-z,nodelete', '-ldl'],
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
};
const OTHER_LINK_FLAGS = ['-shared'];

/** Bytes of a compiler's output at most. zig warns of its own C++ library on 10,000 lines. */
const MAX_OUTPUT = 1 << 28;

/**
 * Compiles `native/*.cc` of the package in the folder `root`, and replaces the file `output`.
 * `compiler` is a program and its first arguments, `flags` are more flags for it, `platform` is what
 * the addon is for (as in `process.platform`). Returns the result of spawnSync, with the output.
 */
export function compileAddon({ root, output, compiler, flags = [], platform, env = process.env }) {
  const [program, ...first] = compiler;
  const native = join(root, 'native');
  const sources = readdirSync(native).filter((name) => name.endsWith('.cc'));
  mkdirSync(dirname(output), { recursive: true });
  // A process that has loaded the old file keeps it.
  const partial = `${output}.partial`;
  const result = spawnSync(
    program,
    [
      ...[...first, ...FLAGS, '-I', join(root, 'include'), ...flags, '-o', partial],
      ...sources.map((name) => join(native, name)),
      ...(LINK_FLAGS[platform] ?? OTHER_LINK_FLAGS),
    ],
    { env, encoding: 'utf8', maxBuffer: MAX_OUTPUT, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  if (result.status === 0) {
    renameSync(partial, output);
  } else {
    rmSync(partial, { force: true });
  }
  return result;
}

/**
 * Returns the system's C++ compiler: CXX of the environment, or the first of the usual names that
 * runs; undefined if there is none.
 */
export function findCompiler(env = process.env) {
  const named = wordsOf('CXX', env);
  const candidates = named.length > 0 ? [named] : [['c++'], ['g++'], ['clang++']];
  return candidates.find(
    ([program]) => spawnSync(program, ['--version'], { env, stdio: 'ignore' }).status === 0,
  );
}

/** Returns the words of a variable of the environment, such as CXXFLAGS. */
export function wordsOf(variable, env = process.env) {
  return (env[variable] ?? '').split(/\s+/).filter((flag) => flag !== '');
}
