/** Which addon is taken, and what the error says where none can be. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RemctlBackendError } from '@remctl/core';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadAddon } from '../src/addon.js';
import { systemName } from '../src/system.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ADDON = join(ROOT, 'build', 'Release', 'remctl.node');

/** Where an ELF file says for which processor it is, and the number of a processor that no test has. */
const MACHINE_AT = 18;
const RISCV = 243;

let folder: string;
let restore: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-native-'));
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  restore = () => undefined;
});

afterEach(() => {
  restore();
  rmSync(folder, { recursive: true });
});

/** Makes a property of `process` another one until the test ends. */
function pretend(name: 'arch' | 'platform' | 'execPath', value: string): void {
  const before = Object.getOwnPropertyDescriptor(process, name);
  Object.defineProperty(process, name, { ...before, value });
  restore = () => Object.defineProperty(process, name, before ?? {});
}

/** Writes a file of the package's folder, and returns its path. */
function put(path: string, content: string | Buffer): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** Returns the message of the RemctlBackendError with which the folder's addon is not loaded. */
function messageOf(): string {
  try {
    loadAddon(folder);
  } catch (error) {
    expect(error).toBeInstanceOf(RemctlBackendError);
    return (error as Error).message;
  }
  throw new Error('the addon was loaded');
}

const BUILD = /node \S*\/scripts\/build-addon\.mjs/;
const OTHERWISE = /Or use the pure backend, which needs none of it\.$/;

test('the addon that came with the package is taken if none was built here', () => {
  put(`prebuilds/${systemName()}/remctl.node`, readFileSync(ADDON));
  expect(loadAddon(folder).phases).toContain('negotiate');
});

test('an addon that was built here comes before the one that came with the package', () => {
  put(`prebuilds/${systemName()}/remctl.node`, readFileSync(ADDON));
  const own = put('build/Release/remctl.node', 'no shared object');
  const message = messageOf();
  expect(message).toContain(`${own} cannot be loaded (`);
  expect(message).toMatch(/build it again on this machine .* or remove it and use the addon/);
  expect(message).toMatch(BUILD);
});

test('an addon that came with the package and is damaged is to be installed again', () => {
  const path = put(`prebuilds/${systemName()}/remctl.node`, 'no shared object');
  const message = messageOf();
  expect(message).toContain(`${path} cannot be loaded (`);
  expect(message).toMatch(/Install the package again, or build the addon on this machine: node /);
  expect(message).toMatch(OTHERWISE);
});

test('an addon for another processor is named as that', () => {
  const addon = readFileSync(ADDON);
  addon.writeUInt16LE(RISCV, MACHINE_AT);
  const path = put('build/Release/remctl.node', addon);
  expect(messageOf()).toContain(
    `${path} was built for riscv64, and this Node is for ${process.arch}. It was built from source`,
  );
});

test('a package without the addon of this system says how to build it', () => {
  const message = messageOf();
  expect(message).toContain(
    `is missing: ${join(folder, 'prebuilds', systemName(), 'remctl.node')}`,
  );
  expect(message).toMatch(/apt-get install g\+\+/);
  expect(message).toMatch(BUILD);
  expect(message).toMatch(OTHERWISE);
});

test('a system for which no addon is published says so, and how to build it', () => {
  pretend('arch', 's390x');
  const message = messageOf();
  expect(message).toContain('has no addon for linux-s390x-glibc (it has linux-x64-glibc, linux-');
  expect(message).toMatch(BUILD);
});

test('macOS needs a build, and Windows has none', () => {
  pretend('platform', 'darwin');
  expect(messageOf()).toContain(`has no addon for darwin-${process.arch}`);
  restore();
  pretend('platform', 'win32');
  expect(messageOf()).toMatch(/does not run on Windows/);
});

test("musl and glibc are told apart by the loader that Node's program asks for", () => {
  const source = put('empty.c', 'int main(void) { return 0; }\n');
  for (const [loader, name] of [
    ['/lib/ld-musl-x86_64.so.1', 'musl'],
    ['/lib64/ld-linux-x86-64.so.2', 'glibc'],
    ['/system/bin/linker64', 'unknown'],
  ]) {
    const program = join(folder, `${name}`);
    execFileSync('cc', [`-Wl,--dynamic-linker=${loader}`, '-o', program, source]);
    pretend('execPath', program);
    expect(systemName()).toBe(`linux-${process.arch}-${name}`);
    restore();
  }
});

test('a process that has loaded the addon does not need its files any more', () => {
  // As in an upgrade of the package, or of Node, under a service that runs.
  for (const part of ['bundle', 'build/Release/remctl.node']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  const program = `
    import { renameSync } from 'node:fs';
    const { createNativeBackend } = await import(process.argv[1] + '/bundle/index.js');
    createNativeBackend();
    for (const part of ['package.json', 'build']) {
      renameSync(process.argv[1] + '/' + part, process.argv[1] + '/old-' + part);
    }
    console.log(createNativeBackend().name);`;
  const args = ['--input-type=module', '-e', program, folder];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('native\n');
});

test.each([
  ['esm', 'mjs'],
  ['cjs', 'cjs'],
] as const)(
  'a bundle of the package into a program (%s) says to leave it out',
  async (format, ext) => {
    const program = join(folder, 'application', 'dist', `program.${ext}`);
    await build({
      stdin: {
        contents: `import { createNativeBackend } from ${JSON.stringify(join(ROOT, 'bundle/index.js'))};
        try { createNativeBackend(); } catch (error) { console.log(error.name + ': ' + error.message); }`,
        resolveDir: folder,
      },
      bundle: true,
      format,
      logLevel: 'error',
      outfile: program,
      platform: 'node',
    });
    const said = execFileSync(process.execPath, [program], { cwd: folder, encoding: 'utf8' });
    expect(said).toMatch(/^RemctlBackendError: .*esbuild: --external:@remctl\/native-backend/);
  },
);
