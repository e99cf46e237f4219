/** The checks of a release find what would reach users. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkFiles } from '../../../tools/release/check-files.mjs';
import { checkMetadata } from '../../../tools/release/check-metadata.mjs';
import { checkSourceMaps } from '../../../tools/release/check-source-maps.mjs';
import { ROOT } from './support/programs.js';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

/** Writes a package, and returns it as tools/release/pack.mjs gives it. */
async function packed(files: Record<string, string>, manifest: Record<string, unknown> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'remctl-packed-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const names = Object.keys(files);
  return {
    folder,
    content: folder,
    files: names,
    directory: 'packages/x',
    manifest,
    published: manifest,
  };
}

const LICENSE = await readFile(join(ROOT, 'LICENSE'), 'utf8');
const TEXTS = { LICENSE, 'README.md': '', 'CHANGELOG.md': '', 'package.json': '' };

test('a test, a source and a file without a source are no use to a user', async () => {
  const built = { 'src/index.ts': '', 'dist/index.js': '', 'dist/gone.js': '' };
  const complaints = checkFiles(await packed({ ...TEXTS, ...built, 'dist/index.test.js': '' }));
  expect(complaints).toEqual([
    'src/index.ts is packed, and no user needs it',
    'dist/index.test.js is packed, and no user needs it',
    'dist/gone.js has no source',
    'dist/index.test.js has no source',
  ]);
});

test('a licence that is missing, or another one, is found', async () => {
  expect(checkFiles(await packed({ ...TEXTS, LICENSE: 'Another' }))).toEqual([
    "LICENSE is not the repository's",
  ]);
  expect(checkFiles(await packed({ 'README.md': '', 'package.json': '' }))).toContain(
    'LICENSE is not packed',
  );
});

test('a source map must be there, and have its sources', async () => {
  const code = {
    'dist/a.js': '//# sourceMappingURL=a.js.map\n',
    'dist/b.js': '//# sourceMappingURL=b.js.map\n',
  };
  const map = JSON.stringify({ sources: ['../src/a.ts'] });
  const whole = JSON.stringify({ sources: ['../src/a.ts'], sourcesContent: ['code'] });
  expect(checkSourceMaps(await packed({ ...code, 'dist/a.js.map': map }))).toEqual([
    'dist/b.js names a map that is not packed',
    'dist/a.js.map points to ../src/a.ts, which is not packed',
  ]);
  expect(
    checkSourceMaps(await packed({ ...code, 'dist/a.js.map': whole, 'dist/b.js.map': whole })),
  ).toEqual([]);
});

test('an address that differs from the root, a range of the workspace and a missing entry are found', async () => {
  const root = {
    license: 'MIT',
    author: 'us',
    engines: { node: '>=20' },
    repository: { type: 'git', url: 'git+https://example.org/us/remctl.git' },
  };
  const manifest = {
    name: 'x',
    repository: { type: 'git', url: 'git+https://example.org/them/remctl.git' },
    dependencies: { y: 'workspace:^' },
    bin: { x: 'dist/x.js' },
    exports: { '.': { default: './dist/index.js' } },
    sideEffects: false,
  };
  const complaints = checkMetadata(await packed({ 'dist/x.js': 'no program' }, manifest), root);
  expect(complaints).toEqual(
    expect.arrayContaining([
      'repository is not what follows from the root: npm run metadata',
      'package.json has no description',
      'y is needed as workspace:^, which only this workspace knows',
      'exports names ./dist/index.js, which is not packed: was it built?',
      './package.json is not exported',
      'dist/x.js is a program, and does not begin with #!',
      'sideEffects does not name the program dist/x.js',
    ]),
  );
});
