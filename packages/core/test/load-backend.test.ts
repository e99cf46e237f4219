import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const core = new URL('../dist/index.js', import.meta.url).href;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-core-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a program in the folder, as an application that has core and whatever is put there. */
function run(name?: string) {
  const program = join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { createClient } from ${JSON.stringify(core)};
     const result = await createClient(${JSON.stringify(name)}).catch((error) => error);
     console.log(result.name ?? result.backend, '|', result.message);`,
  );
  const env = { ...process.env };
  delete env.REMCTL_BACKEND;
  // The package manager's runner points this at every package of the workspace.
  delete env.NODE_PATH;
  return execFileSync(process.execPath, [program], { cwd: folder, env, encoding: 'utf8' });
}

function install(name: string, source: string) {
  const home = join(folder, 'node_modules', name);
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
