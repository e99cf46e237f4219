#!/usr/bin/env node
// Builds the addon on this machine: the command `remctl-build-addon`.
//
// For a system for which no addon comes with the package. CXX names another compiler; CXXFLAGS and
// LDFLAGS are more flags for it.
import { fileURLToPath } from 'node:url';
import { builtAddon, compileAddon, findCompiler, wordsOf } from './compile-addon.mjs';

const COMPILER_HELP = `Install one, and run this again:
  Debian, Ubuntu  apt-get install g++
  Fedora          dnf install gcc-c++
  Alpine          apk add g++
  macOS           xcode-select --install`;

const root = fileURLToPath(new URL('..', import.meta.url));
const output = builtAddon(root);

function fail(message) {
  console.error(`@remctl/native-backend: the addon was not built: ${message}`);
  process.exit(1);
}

const [argument] = process.argv.slice(2);
if (argument !== undefined) {
  console.error('usage: remctl-build-addon (it takes no arguments; see the README)');
  process.exit(argument === '--help' ? 0 : 2);
}
const compiler = findCompiler();
if (compiler === undefined) {
  fail(
    process.env.CXX
      ? `the compiler that CXX names cannot be run: ${process.env.CXX}`
      : `there is no C++ compiler.\n${COMPILER_HELP}`,
  );
}
try {
  const result = compileAddon({
    root,
    output,
    compiler,
    flags: [...wordsOf('CXXFLAGS'), ...wordsOf('LDFLAGS')],
    platform: process.platform,
  });
  if (result.status !== 0) {
    const said = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`;
    fail(`${compiler.join(' ')} failed:\n${said}`);
  }
} catch (error) {
  if (error.code === 'EACCES' || error.code === 'EROFS') {
    fail(`${error.message}\nRun this as the user who owns the folder.`);
  }
  throw error;
}
console.log(`built ${output}`);
