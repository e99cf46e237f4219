// Unpacks Debian packages into a folder of .tools, and leaves the system unchanged.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { environment, has, quietly, say, TOOLS_FOLDER } from './steps.mjs';

/**
 * Unpacks packages, and the dependencies that the system lacks, into a folder of .tools. Does
 * nothing if the file `proof` is in the folder. If it cannot, it prints one line with the reason.
 * `parts` are what the line names: `name`, the `folder`, the packages `wanted`, `purpose`, and
 * `otherwise`, what happens to the tests that need the packages.
 */
export function unpackPackages({ name, folder, wanted, proof, purpose, otherwise }) {
  if (existsSync(join(TOOLS_FOLDER, folder, proof))) {
    say(`${name}: already there`);
    return;
  }
  const tellThatItIsMissing = (why) =>
    console.error(`${name} is missing, and ${otherwise}: ${why}.`);
  if (!has('apt-get') || !has('dpkg')) {
    tellThatItIsMissing('it comes from Debian packages, and this system has no apt-get and dpkg');
    return;
  }
  say(`${name}: unpacking it into .tools/${folder}, for ${purpose}`);
  updateLists();
  const packages = packagesToUnpack(wanted);
  if (packages === undefined) {
    tellThatItIsMissing(`apt-get does not know the packages ${wanted.join(' and ')}`);
  } else if (!downloadAndUnpack(packages, folder)) {
    tellThatItIsMissing('its packages could not be downloaded and unpacked (see above)');
  }
}

let updated = false;

/**
 * Fetches the lists of packages, once. Only root can. For another user the present lists may be
 * recent enough.
 */
function updateLists() {
  if (!updated && process.getuid?.() === 0) {
    updated = true;
    quietly('apt-get', ['update']);
  }
}

/**
 * Returns the wanted packages and their dependencies that the system lacks; undefined if apt-get
 * does not know the wanted packages.
 */
function packagesToUnpack(wanted) {
  const args = ['install', '--simulate', '--no-install-recommends', ...wanted];
  const env = environment({ LC_ALL: 'C' });
  const { status, stdout } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
  if (status !== 0) {
    return undefined;
  }
  const lacking = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
  return [...new Set([...wanted, ...lacking])];
}

/** Downloads the packages and unpacks them into the folder. Returns whether that succeeded. */
function downloadAndUnpack(packages, folder) {
  const partial = join(TOOLS_FOLDER, `${folder}.partial`);
  const downloads = join(partial, 'packages');
  const root = join(partial, 'root');
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(downloads, { recursive: true });
  const done =
    quietly('apt-get', ['download', ...packages], { cwd: downloads }) &&
    readdirSync(downloads).every((name) => quietly('dpkg', ['-x', join(downloads, name), root]));
  if (done) {
    rmSync(join(TOOLS_FOLDER, folder), { recursive: true, force: true });
    renameSync(root, join(TOOLS_FOLDER, folder));
  }
  rmSync(partial, { recursive: true, force: true });
  return done;
}
