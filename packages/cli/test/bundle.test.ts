/** The bundle: its files, its dependencies at run time, and what it says when it fails. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { LAUNCHER } from '../scripts/launcher.mjs';
import { REMCTL } from './program.js';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = join(PACKAGE, 'bundle');
const files = readdirSync(BUNDLE).sort();
const sourceOf = (file: string) => readFileSync(join(BUNDLE, file), 'utf8');

const folders: string[] = [];

/** Returns the path of a new folder, which the end of the tests removes. */
function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-bundle-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('there is one file for the program, for each entry, and for the pure backend', () => {
  const entries = readdirSync(join(PACKAGE, 'src'), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('-entry.ts'))
    .map((path) => `${basename(path, '-entry.ts')}.cjs`);
  expect(entries).toContain('hosts.cjs');
  expect(files).toEqual([...entries, 'pure-backend.cjs', 'remctl.cjs', 'spake-curves.cjs'].sort());
});

test('the files require nothing but modules of Node and their neighbours', () => {
  for (const file of files) {
    const required = [...sourceOf(file).matchAll(/\brequire\("([^"]+)"\)/g)].map(
      ([, name]) => name,
    );
    const others = required.filter(
      (name) => !builtinModules.includes(`${name}`.replace('node:', '')),
    );
    expect(others.filter((name) => !files.includes(`${name}`.replace('./', '')))).toEqual([]);
  }
});

/** Runs the program, and returns the files of the bundle that it loads. */
function loadedBy(...args: string[]): string[] {
  const script = `
    process.argv.splice(1, 0, ${JSON.stringify(REMCTL)});
    process.on('exit', () => {
      const loaded = Object.keys(require.cache).map((file) => require('node:path').basename(file));
      require('node:fs').writeSync(3, loaded.join(' '));
    });
    require(${JSON.stringify(REMCTL)});`;
  const { output } = spawnSync(process.execPath, ['--eval', script, '--', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  return `${output[3]}`.split(' ').sort();
}

test('only the files that the command line asks for are loaded', () => {
  expect(loadedBy('-h')).toEqual(['remctl.cjs']);
  expect(loadedBy('--completion', 'fish')).toEqual(['completion.cjs', 'remctl.cjs']);
  const command = ['-p', '1', 'localhost', 'true'];
  expect(loadedBy('--backend', 'native', ...command)).not.toContain('pure-backend.cjs');
  expect(loadedBy('--backend', 'pure', ...command)).toEqual([
    'pure-backend.cjs',
    'remctl.cjs',
    'run.cjs',
  ]);
});

test('an entry is loaded by its neighbour: main does not contain it', () => {
  expect(sourceOf('remctl.cjs')).toContain('require("./completion.cjs")');
  expect(sourceOf('remctl.cjs')).not.toContain('complete -F');
});

test('the curves of SPAKE are in a file of their own, which is loaded when a KDC wants them', () => {
  expect(sourceOf('pure-backend.cjs')).toContain('require("./spake-curves.cjs")');
  // The first octets of a constant of edwards25519.
  const withCurves = (file: string) => sourceOf(file).includes('d048032c6ea0b6d6');
  expect(withCurves('pure-backend.cjs')).toBe(false);
  expect(withCurves('spake-curves.cjs')).toBe(true);
});

test('the program is executable and begins with the launcher', () => {
  expect(sourceOf('remctl.cjs').startsWith(LAUNCHER)).toBe(true);
  expect(statSync(REMCTL).mode & 0o111).toBe(0o111);
  expect(execFileSync(REMCTL, ['-v'], { encoding: 'utf8' })).toMatch(/^remctl \d+\.\d+\.\d+\n$/);
});

test.each([
  ['standard output is full', ['-h'], 'true', /^remctl: .*No space left.*\n$/],
  [
    'nobody expected the error',
    ['-v'],
    "throw new Error('a \\u001b[2J')",
    /^remctl: a \\x1b\[2J\n$/,
  ],
])('a stack trace never appears: %s', (_, args, later, expected) => {
  const script = join(scratch(), 'later.cjs');
  writeFileSync(script, `process.once('newListener', () => setImmediate(() => { ${later} }));`);
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, ['--require', script, REMCTL, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', args[0] === '-h' ? full : 'ignore', 'pipe'],
  });
  closeSync(full);
  expect(stderr).toMatch(expected);
  expect(status).toBe(1);
});

describe('the licences of what is bundled', () => {
  test('stand in the notices, with name and version', () => {
    const notices = readFileSync(join(PACKAGE, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    expect(notices).toMatch(/^cli-table3 \d+\.\d+\.\d+ \(MIT\)$/m);
    expect(notices).toMatch(/^@noble\/curves \d+\.\d+\.\d+ \(MIT\)$/m);
    expect(notices.match(/Permission is hereby granted/g)?.length).toBeGreaterThanOrEqual(2);
    expect(notices).not.toContain('@remctl/');
  });

  test.each([
    [
      'a file',
      { LICENSE: 'Permission is granted' },
      /none 1\.0\.0 \(MIT\)\n\nPermission is granted\n/,
    ],
    [
      'a section of the README',
      { 'README.md': '# none\n\n# License\n\nPermission is granted\n\n# More\n' },
      /\n\nPermission is granted\n$/,
    ],
    [
      'nowhere',
      { 'README.md': '# none\n\n# License\n\nMIT\n' },
      /Error: none is bundled and has no licence/,
    ],
  ])('are found in %s', (_, texts, expected) => {
    const folder = join(scratch(), 'node_modules', 'none');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      '{"name":"none","version":"1.0.0","license":"MIT"}',
    );
    for (const [file, text] of Object.entries(texts)) {
      writeFileSync(join(folder, file), text);
    }
    const script = `import { thirdPartyNotices } from ${JSON.stringify(join(PACKAGE, 'scripts/third-party-notices.mjs'))};
      process.stdout.write(thirdPartyNotices(['index.js'], ${JSON.stringify(folder)}));`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { encoding: 'utf8' },
    );
    expect(stdout + stderr).toMatch(expected);
  });
});

test('a second build gives the same bytes', () => {
  const folder = scratch();
  execFileSync(process.execPath, [join(PACKAGE, 'scripts', 'build.mjs'), folder]);
  const built = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  expect(built).toContain('man/remctl.1');
  for (const path of built) {
    expect(readFileSync(join(folder, path)).equals(readFileSync(join(PACKAGE, path)))).toBe(true);
  }
});
