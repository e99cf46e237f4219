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

const source = (name?: string) =>
  `import { createClient } from ${JSON.stringify(core)};
   const result = await createClient(${JSON.stringify(name)}).catch((error) => error);
   console.log(result.name ?? result.backend, '|', result.message);`;

/** Node with these arguments, in `cwd`, without what this runner adds to the environment. */
function node(args: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env };
  delete env.REMCTL_BACKEND;
  // The package manager's runner points this at every package of the workspace.
  delete env.NODE_PATH;
  return execFileSync(process.execPath, args, { cwd, env: { ...env, ...more }, encoding: 'utf8' });
}

/** Writes a program into `home`, as an application that has core and whatever is put there. */
function writeProgram(home: string, name?: string): string {
  mkdirSync(home, { recursive: true });
  const program = join(home, 'program.mjs');
  writeFileSync(program, source(name));
  return program;
}

/** Runs a program in the folder. */
function run(name?: string) {
  return node([writeProgram(folder, name)], folder);
}

function install(name: string, source: string, at = folder) {
  const home = join(at, 'node_modules', name);
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name, type: 'module', exports: { '.': { default: './index.js' } } }),
  );
  writeFileSync(join(home, 'index.js'), source);
}

test('a backend that is not installed says what to install', () => {
  expect(run()).toMatch(/^RemctlBackendError \| .*npm install @remctl\/pure-backend/);
  expect(run('native')).toMatch(/npm install @remctl\/native-backend/);
});

test('a backend is found where the application has it', () => {
  install(
    '@remctl/pure-backend',
    `export const createPureBackend = () => ({ name: 'theirs', connect() {} });`,
  );
  expect(run()).toMatch(/^theirs \|/);
});

test('a backend whose own dependency is missing is not called missing itself', () => {
  install('@remctl/pure-backend', `import 'something-else';`);
  expect(run()).toMatch(/Cannot find package 'something-else'/);
});

test('a package that is no backend says so', () => {
  install('@remctl/pure-backend', `export const other = 1;`);
  expect(run()).toMatch(/^RemctlBackendError \| .*exports no createPureBackend/);
});

const THEIRS = `export const createNativeBackend = () => ({ name: 'theirs', connect() {} });`;

describe("the current folder may be anyone's, and nothing of it is run", () => {
  let elsewhere: string;

  beforeEach(() => {
    elsewhere = join(folder, 'elsewhere', 'deeper');
    mkdirSync(elsewhere, { recursive: true });
    install('@remctl/native-backend', THEIRS, join(folder, 'elsewhere'));
  });

  const NOT_INSTALLED = /^RemctlBackendError \| .*npm install @remctl\/native-backend/;

  test('a backend in the current folder or above it', () => {
    const program = writeProgram(join(folder, 'application'), 'native');
    expect(node([program], elsewhere)).toMatch(NOT_INSTALLED);
    expect(node([program], join(folder, 'elsewhere'))).toMatch(NOT_INSTALLED);
    expect(node(['../../application/program.mjs'], elsewhere)).toMatch(NOT_INSTALLED);
  });

  test('a program without a file, whose arguments are paths there', () => {
    const evaluate = ['--input-type=module', '--eval', source('native')];
    expect(node(evaluate, elsewhere)).toMatch(NOT_INSTALLED);
    expect(node([...evaluate, join(elsewhere, 'file')], elsewhere)).toMatch(NOT_INSTALLED);
    writeFileSync(join(elsewhere, 'file'), '');
    expect(node([...evaluate, join(elsewhere, 'file')], elsewhere)).toMatch(NOT_INSTALLED);
    expect(node([...evaluate, './file'], elsewhere)).toMatch(NOT_INSTALLED);
  });

  test('the node_modules of NODE_PATH and of a home', () => {
    const program = writeProgram(join(folder, 'application'), 'native');
    const NODE_PATH = join(folder, 'elsewhere', 'node_modules');
    expect(node([program], elsewhere, { NODE_PATH })).toMatch(NOT_INSTALLED);
    cpSync(NODE_PATH, join(elsewhere, '.node_modules'), { recursive: true });
    expect(node([program], elsewhere, { HOME: elsewhere })).toMatch(NOT_INSTALLED);
  });

  test('a symbolic link there to the program finds what the program has', () => {
    const program = writeProgram(join(folder, 'application'), 'native');
    const link = join(elsewhere, 'link.mjs');
    symlinkSync(program, link);
    expect(node([link], elsewhere)).toMatch(NOT_INSTALLED);
    install('@remctl/native-backend', THEIRS.replace('theirs', 'own'), join(folder, 'application'));
    expect(node([link], elsewhere)).toMatch(/^own \|/);
  });
});
