/** The places that a backend's package is loaded from. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const core = new URL('../../dist/index.js', import.meta.url).href;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-core-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The text of a program that makes a client of the backend `name`, and prints the backend or the error. */
const source = (name?: string) =>
  `import { createClient } from ${JSON.stringify(core)};
   const result = await createClient(${JSON.stringify(name)}).catch((error) => error);
   console.log(result.name ?? result.backend, '|', result.message);`;

/** Runs Node with these arguments in `cwd`. Returns its output. */
function node(args: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env };
  delete env.REMCTL_BACKEND;
  // The package manager sets NODE_PATH to every package of the workspace.
  delete env.NODE_PATH;
  return execFileSync(process.execPath, args, { cwd, env: { ...env, ...more }, encoding: 'utf8' });
}

/** Writes the program of `source` into the folder `home`, and returns its path. */
function writeProgram(home: string, name?: string): string {
  mkdirSync(home, { recursive: true });
  const program = join(home, 'program.mjs');
  writeFileSync(program, source(name));
  return program;
}

/** Runs the program of `source` in the test's folder. Returns its output. */
function run(name?: string) {
  return node([writeProgram(folder, name)], folder);
}

/** Installs a package with this module below the folder `at`. */
function install(name: string, module: string, at = folder) {
  const home = join(at, 'node_modules', name);
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name, type: 'module', exports: { '.': { default: './index.js' } } }),
  );
  writeFileSync(join(home, 'index.js'), module);
}

test('the error for a backend that is not installed names the package to install', () => {
  expect(run()).toMatch(/^RemctlBackendError \| .*npm install @remctl\/pure-backend/);
  expect(run('native')).toMatch(/npm install @remctl\/native-backend/);
});

test('a backend is loaded from the packages of the application', () => {
  install(
    '@remctl/pure-backend',
    `export const createPureBackend = () => ({ name: 'installed', connect() {} });`,
  );
  expect(run()).toMatch(/^installed \|/);
});

test('the error for a missing dependency of a backend names the dependency, not the backend', () => {
  install('@remctl/pure-backend', `import 'something-else';`);
  expect(run()).toMatch(/Cannot find package 'something-else'/);
});

test('the error for a package that is no backend names the missing export', () => {
  install('@remctl/pure-backend', `export const other = 1;`);
  expect(run()).toMatch(/^RemctlBackendError \| .*exports no createPureBackend/);
});

const FOREIGN = `export const createNativeBackend = () => ({ name: 'foreign', connect() {} });`;

describe("another user's folder", () => {
  let elsewhere: string;

  beforeEach(() => {
    elsewhere = join(folder, 'elsewhere', 'deeper');
    mkdirSync(elsewhere, { recursive: true });
    install('@remctl/native-backend', FOREIGN, join(folder, 'elsewhere'));
  });

  const NOT_INSTALLED = /^RemctlBackendError \| .*npm install @remctl\/native-backend/;

  test('is not searched as the current folder or above it', () => {
    const program = writeProgram(join(folder, 'application'), 'native');
    expect(node([program], elsewhere)).toMatch(NOT_INSTALLED);
    expect(node([program], join(folder, 'elsewhere'))).toMatch(NOT_INSTALLED);
    expect(node(['../../application/program.mjs'], elsewhere)).toMatch(NOT_INSTALLED);
  });

  test('is not searched if a program without a file has arguments that are paths in it', () => {
    const evaluate = ['--input-type=module', '--eval', source('native')];
    expect(node(evaluate, elsewhere)).toMatch(NOT_INSTALLED);
    expect(node([...evaluate, join(elsewhere, 'file')], elsewhere)).toMatch(NOT_INSTALLED);
    writeFileSync(join(elsewhere, 'file'), '');
    expect(node([...evaluate, join(elsewhere, 'file')], elsewhere)).toMatch(NOT_INSTALLED);
    expect(node([...evaluate, './file'], elsewhere)).toMatch(NOT_INSTALLED);
  });

  test('is not searched if a program has no file: the message says what to do if the package is there', () => {
    const evaluate = ['--input-type=module', '--eval', source('native')];
    const advice = 'import createNativeBackend from it and pass createNativeBackend()';
    expect(node(evaluate, elsewhere)).toContain(advice);
    const program = join(elsewhere, 'program.mjs');
    writeFileSync(program, source('native'));
    expect(node([program], folder)).not.toContain(advice);
  });

  test('is not searched if NODE_PATH or HOME names it', () => {
    const program = writeProgram(join(folder, 'application'), 'native');
    const NODE_PATH = join(folder, 'elsewhere', 'node_modules');
    expect(node([program], elsewhere, { NODE_PATH })).toMatch(NOT_INSTALLED);
    cpSync(NODE_PATH, join(elsewhere, '.node_modules'), { recursive: true });
    expect(node([program], elsewhere, { HOME: elsewhere })).toMatch(NOT_INSTALLED);
  });

  test('is not searched if it holds a symbolic link to the program, whose own packages are loaded', () => {
    const program = writeProgram(join(folder, 'application'), 'native');
    const link = join(elsewhere, 'link.mjs');
    symlinkSync(program, link);
    expect(node([link], elsewhere)).toMatch(NOT_INSTALLED);
    install(
      '@remctl/native-backend',
      FOREIGN.replace('foreign', 'own'),
      join(folder, 'application'),
    );
    expect(node([link], elsewhere)).toMatch(/^own \|/);
  });
});
