/**
 * The published packages work without anything native.
 *
 * They are packed and installed into a folder of their own, without install scripts, and run while
 * libkrb5, libremctl and the compilers are hidden.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';

const PACKAGES = ['core', 'krb5', 'pure-backend', 'cli'];
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PNPM_FOLDER = join(ROOT, '.tools', 'node_modules', '.bin');

let realm: Realm;
let folder: string;

const run = (program: string, args: readonly string[], cwd: string, env = process.env) =>
  execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

beforeAll(async () => {
  realm = await startRealm();
  folder = mkdtempSync(join(tmpdir(), 'remctl-packed-'));
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  const env = { ...process.env, PATH: `${PNPM_FOLDER}:${process.env.PATH}` };
  for (const name of PACKAGES) {
    run('pnpm', ['pack', '--pack-destination', tarballs], join(ROOT, 'packages', name), env);
  }
  const files = readdirSync(tarballs).map((file) => `./tarballs/${file}`);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  run('npm', ['install', ...flags, ...files], folder);
}, 120_000);

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await realm.dispose();
});

/** Runs a program while the libraries and compilers that native code needs are empty files. */
function runHidden(command: readonly string[]): string {
  const script = `
    for file in /usr/lib/*/libkrb5* /usr/lib/*/libgssapi* /usr/lib/*/libremctl* \\
                /usr/bin/cc /usr/bin/gcc /usr/bin/g++ /usr/bin/c++ /usr/bin/make; do
      [ -f "$file" ] && { mount --bind /dev/null "$file" || exit 99; }
    done
    exec "$@"`;
  const isolate = process.getuid?.() === 0 ? ['-m'] : ['-r', '-m'];
  // pnpm sets NODE_PATH to the workspace's own packages; these must not be found.
  const { NODE_PATH: _, ...env } = realm.env;
  return run('unshare', [...isolate, 'sh', '-c', script, 'sh', ...command], folder, env);
}

test('the libraries are really hidden: the C client does not start', () => {
  expect(() => runHidden(['remctl', '-p', String(realm.port), 'localhost', 'true', 'x'])).toThrow(
    /shared librar|file too short/,
  );
});

test('a program runs a command without loading anything native', () => {
  writeFileSync(
    join(folder, 'program.mjs'),
    `import { readFileSync } from 'node:fs';
     import { createClient } from '@remctl/core';
     const client = await createClient('pure', { host: 'localhost', port: ${realm.port} });
     const { stdout } = await client.run(['test', 'whoami']).text();
     await client.close();
     const maps = readFileSync('/proc/self/maps', 'utf8');
     const loaded = maps.match(/\\S*(?:\\.node|libkrb5|libgssapi|libremctl)\\S*$/gm) ?? [];
     console.log(JSON.stringify({ backend: client.backend, stdout, loaded }));`,
  );
  expect(JSON.parse(runHidden([process.execPath, 'program.mjs']))).toEqual({
    backend: 'pure/krb5',
    stdout: `${realm.principals.client}\n`,
    loaded: [],
  });
});

test('remctl runs a command without --backend', () => {
  const args = ['-p', String(realm.port), 'localhost', 'echo', 'nothing native'];
  const main = join(folder, 'node_modules', '.bin', 'remctl');
  expect(runHidden([process.execPath, main, ...args])).toBe('nothing native\n');
});

test('the install holds nothing native, and errors name the packages that are missing', () => {
  const files = readdirSync(join(folder, 'node_modules'), { recursive: true }).map(String);
  expect(files.filter((file) => /\.node$|binding\.gyp$/.test(file))).toEqual([]);
  writeFileSync(
    join(folder, 'missing.mjs'),
    `import { createClient } from '@remctl/core';
     import { createPureBackend } from '@remctl/pure-backend';
     const said = (error) => console.log(error.name + ': ' + error.message);
     await createClient('native').catch(said);
     try { createPureBackend({ mechanism: 'kerberos' }); } catch (error) { said(error); }`,
  );
  expect(runHidden([process.execPath, 'missing.mjs'])).toMatch(
    /^RemctlBackendError: .*npm install @remctl\/native-backend\nRemctlBackendError: .*npm install kerberos.*\n$/,
  );
});
