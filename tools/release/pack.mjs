// Packs a package as it is published, and unpacks it again for the checks.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { environment, quietly, stop } from '../steps.mjs';
import { readManifest, shortName } from './public-packages.mjs';

/** Returns the paths of all files below a folder, with `/`. */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}

/**
 * Packs a package into a folder with pnpm, which puts versions in the place of `workspace:` and
 * publishConfig.exports in the place of exports. Returns the package with `tarball`, the `content` folder with what
 * is in it, the paths of its `files`, and the `published` package.json.
 */
export function pack(each, folder) {
  const { folder: cwd } = each;
  const result = spawnSync('pnpm', ['pack', '--json', '--pack-destination', folder], {
    cwd,
    env: environment(),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    stop(`pnpm pack failed in ${each.directory}:\n${result.stdout}${result.stderr}`);
  }
  const tarball = JSON.parse(result.stdout).filename;
  const unpacked = join(folder, shortName(each));
  mkdirSync(unpacked);
  if (!quietly('tar', ['-xzf', tarball, '-C', unpacked])) {
    stop(`${tarball} could not be unpacked (see above).`);
  }
  const content = join(unpacked, 'package');
  const published = readManifest(content);
  return { ...each, tarball, content, files: filesBelow(content), published };
}
