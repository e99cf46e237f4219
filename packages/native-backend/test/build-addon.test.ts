/** The command that builds the addon where the packed package is installed, and its errors. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadAddon } from '../src/addon.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** tools/setup.mjs installs pnpm there if the machine has another version. */
const PNPM_FOLDER = join(ROOT, '../../.tools/node_modules/.bin');

let folder: string;
let installed: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-packed-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
  execFileSync('sh', ['-c', 'tar -xf *.tgz'], { cwd: folder });
  installed = join(folder, 'package');
  // Only what is built here counts.
  rmSync(join(installed, 'prebuilds'), { recursive: true, force: true });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the command as npm links it, with more variables. */
function build(env: NodeJS.ProcessEnv = {}, ...args: string[]) {
  const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  const program = join(installed, bin['remctl-build-addon']);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('the package runs no script at its installation and depends on nothing but core', () => {
  const { scripts, dependencies, peerDependencies } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  );
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
    expect(scripts).not.toHaveProperty(name);
  }
  expect(dependencies ?? {}).toEqual({});
  expect(Object.keys(peerDependencies)).toEqual(['@remctl/core']);
  // npm would take a binding.gyp for an install script.
  expect(existsSync(join(installed, 'binding.gyp'))).toBe(false);
});

test("the release packs the project's licence beside those of Node-API's headers", () => {
  const to = join(folder, 'released');
  const env = { ...process.env, PATH: [PNPM_FOLDER, process.env.PATH].join(delimiter) };
  execFileSync('pnpm', ['pack', '--pack-destination', to], { cwd: ROOT, env });
  const list = execFileSync('sh', ['-c', 'tar -tf *.tgz'], { cwd: to, encoding: 'utf8' });
  const texts = ['LICENSE', 'include/node-addon-api.mit.txt', 'include/node-api-headers.mit.txt'];
  expect(list.split('\n')).toEqual(expect.arrayContaining(texts.map((name) => `package/${name}`)));
});

test('without a compiler the error says what to install', () => {
  const { status, stderr } = build({ PATH: join(folder, 'empty'), CXX: '' });
  expect(status).toBe(1);
  expect(stderr).toMatch(/the addon was not built: there is no C\+\+ compiler\.\nInstall one/);
  expect(stderr).toMatch(
    /apt-get install g\+\+\n.*dnf install gcc-c\+\+\n.*apk add g\+\+\n.*xcode/s,
  );
});

test('a compiler that CXX names and that is not there is named', () => {
  const { status, stderr } = build({ CXX: '/no/such/compiler' });
  expect(status).toBe(1);
  expect(stderr).toContain('the compiler that CXX names cannot be run: /no/such/compiler');
});

test("a compiler's own error is shown, and no addon is left", () => {
  const compiler = join(folder, 'compiler');
  writeFileSync(compiler, '#!/bin/sh\n[ "$1" = --version ] || { echo "no space" >&2; exit 3; }\n');
  chmodSync(compiler, 0o755);
  const { status, stderr } = build({ CXX: compiler });
  expect(status).toBe(1);
  expect(stderr).toContain(`${compiler} failed:\nno space`);
  expect(existsSync(join(installed, 'build', 'Release', 'remctl.node'))).toBe(false);
});

test('an argument is refused: the command has none', () => {
  const { status, stderr } = build({}, '--force');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^usage: remctl-build-addon /);
});

test('the addon is built with what is in the package, and can be used', () => {
  expect(build()).toMatchObject({
    status: 0,
    stdout: `built ${join(installed, 'build', 'Release', 'remctl.node')}\n`,
    stderr: '',
  });
  expect(loadAddon(installed).supportsProtocol1()).toBe(true);
}, 300_000);
