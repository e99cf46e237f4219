/** The published command alone: its files, and how it finds the other backend. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PNPM_FOLDER = join(ROOT, '.tools', 'node_modules', '.bin');

let realm: Realm;
let folder: string;
/** The folder of npm's global packages. */
let packages: string;

const run = (program: string, args: readonly string[], cwd: string) =>
  execFileSync(program, args, {
    cwd,
    env: { ...process.env, PATH: `${PNPM_FOLDER}:${process.env.PATH}` },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

beforeAll(async () => {
  realm = await startRealm();
  folder = mkdtempSync(join(tmpdir(), 'remctl-alone-'));
  run('pnpm', ['pack', '--pack-destination', folder], join(ROOT, 'packages', 'cli'));
  const [tarball] = readdirSync(folder);
  const flags = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--prefix', folder];
  run('npm', ['install', '--global', ...flags, `./${tarball}`], folder);
  packages = join(folder, 'lib', 'node_modules');
}, 120_000);

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await realm.dispose();
});

/** Runs the installed command, on the realm's server, as a shell would find it. */
function remctl(...args: string[]) {
  const { NODE_PATH: _, ...env } = realm.env;
  const all = ['-p', String(realm.port), ...args];
  return spawnSync(join(folder, 'bin', 'remctl'), all, { cwd: '/', env, encoding: 'utf8' });
}

test('the package holds the bundle, the man page, the completions and the licences, and no more', () => {
  const files = readdirSync(join(packages, '@remctl/cli'), { recursive: true }).map(String).sort();
  const entries = files.filter((file) => /^bundle\/[a-z-]+\.cjs$/.test(file));
  expect(entries).toContain('bundle/remctl.cjs');
  expect(files.filter((file) => !entries.includes(file))).toEqual([
    'LICENSE',
    'README.md',
    'THIRD-PARTY-NOTICES.txt',
    'bundle',
    'completions',
    'completions/_remctl',
    'completions/remctl.bash',
    'completions/remctl.fish',
    'man',
    'man/remctl.1',
    'package.json',
  ]);
  expect(readdirSync(join(packages, '@remctl'))).toEqual(['cli']);
});

test('npm puts the man page where man looks for it', () => {
  const page = realpathSync(join(folder, 'share/man/man1/remctl.1'));
  expect(readFileSync(page, 'utf8')).toContain('.SH "NAME"');
});

test('it runs a command without any other package', () => {
  expect(remctl('localhost', 'echo', 'alone')).toMatchObject({
    status: 0,
    stdout: 'alone\n',
    stderr: '',
  });
});

test('without the native backend the message says what to install', () => {
  const { status, stderr } = remctl('--backend', 'native', 'localhost', 'echo', 'x');
  expect(status).toBe(1);
  expect(stderr).toBe(
    'remctl: @remctl/native-backend is not installed: npm install @remctl/native-backend\n',
  );
});

test('the native backend is found beside it, in the global folder', () => {
  for (const [name, ...parts] of [['native-backend', 'bundle', 'build/Release/remctl.node']]) {
    for (const part of ['package.json', ...parts]) {
      const to = join(packages, '@remctl', `${name}`, part);
      cpSync(join(ROOT, 'packages', `${name}`, part), to, { recursive: true });
    }
  }
  expect(remctl('--backend', 'native', 'localhost', 'echo', 'beside')).toMatchObject({
    status: 0,
    stdout: 'beside\n',
    stderr: '',
  });
  // The backend throws errors of another copy of core than the one in the bundle.
  const { status, stderr } = remctl('--backend', 'native', '-s', 'a/b@NOWHERE', 'localhost', 'x');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^remctl: .+\n$/);
});
