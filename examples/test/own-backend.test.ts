/**
 * The suites for backends work in somebody else's project.
 *
 * The project is what the README of @remctl/conformance says.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Outcome } from '@remctl/conformance';
import { afterAll, beforeAll, expect, test } from 'vitest';

const execute = promisify(execFile);
const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url));
/** `npm test` installs pnpm here. */
const TOOLS = fileURLToPath(new URL('../../.tools/node_modules/.bin', import.meta.url));
const withPnpm = { ...process.env, PATH: [TOOLS, process.env.PATH].join(delimiter) };
/** What a backend's author installs of this project, with what that needs. */
const INSTALLED = ['core', 'krb5', 'pure-backend', 'realm', 'conformance'];
/** The beginnings of the ids of a few cases: the backends' own tests run all. */
const CASES = ['simple/', 'token/', 'addresses/refused'];
/** npm fetches vitest. */
const INSTALL_TIMEOUT_MS = 180_000;

const folder = mkdtempSync(join(tmpdir(), 'remctl-own-backend-'));
const project = join(folder, 'project');

/** Writes each block of a README that begins with a comment with its path. */
function writeFilesOf(readme: string): void {
  for (const [, path = '', text = ''] of readme.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```$/gms)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
}

beforeAll(async () => {
  const packed = join(folder, 'packed');
  mkdirSync(packed);
  mkdirSync(project);
  const pack = ['pack', '--pack-destination', packed];
  await Promise.all(
    INSTALLED.map((name) => execute('pnpm', pack, { cwd: join(PACKAGES, name), env: withPnpm })),
  );
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  writeFilesOf(readFileSync(join(PACKAGES, 'conformance', 'README.md'), 'utf8'));
  const tarballs = readdirSync(packed).map((name) => join(packed, name));
  const options = ['--save-dev', '--no-audit', '--no-fund', '--prefer-offline'];
  await execute('npm', ['install', ...options, ...tarballs, 'vitest@4'], { cwd: project });
}, INSTALL_TIMEOUT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('cases of the suites pass, also those that run the backend in another process', async () => {
  const outcomes = join(folder, 'outcomes');
  await execute('npx', ['vitest', 'run', '-t', CASES.join('|')], {
    cwd: project,
    env: { ...process.env, REMCTL_OUTCOMES: outcomes },
  });
  const all = readdirSync(outcomes).flatMap((name): Outcome[] =>
    JSON.parse(readFileSync(join(outcomes, name), 'utf8')),
  );
  for (const ids of CASES) {
    const ran = all.filter(({ id, backend }) => id.startsWith(ids) && backend === 'timed');
    expect(ran.length).toBeGreaterThan(0);
    expect(ran.filter(({ result }) => result !== 'pass')).toEqual([]);
  }
});
