// Unpacks Heimdal's KDC, for tests with a second Kerberos implementation.
//
// Some of Heimdal's programs have the names of MIT's. So its Debian packages are unpacked into a
// folder of this project, and the system stays unchanged.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { environment, has, quietly, say, TOOLS_FOLDER } from './steps.mjs';

const HEIMDAL_FOLDER = join(TOOLS_FOLDER, 'heimdal');
/** The packages with the KDC and with `kadmin -l`. */
const WANTED = ['heimdal-kdc', 'heimdal-clients'];
const KDC = join(HEIMDAL_FOLDER, 'usr', 'lib', 'heimdal-servers', 'kdc');

/**
 * Unpacks Heimdal into .tools/heimdal. If it cannot, it says why, and the tests that need it fail.
 */
export function unpackHeimdal() {
  if (existsSync(KDC)) {
    say('Heimdal: already there');
    return;
  }
  if (!has('apt-get') || !has('dpkg')) {
    tellThatItIsMissing('it comes from Debian packages, and this system has no apt-get and dpkg');
    return;
  }
  say('Heimdal: unpacking its KDC into .tools/heimdal, for the tests with a second Kerberos');
  // Only root can fetch lists of packages. For another user the present lists may be recent enough.
  if (process.getuid?.() === 0) {
    quietly('apt-get', ['update']);
  }
  const packages = packagesToUnpack();
  if (packages === undefined) {
    tellThatItIsMissing(`apt-get does not know the packages ${WANTED.join(' and ')}`);
  } else if (!downloadAndUnpack(packages)) {
    tellThatItIsMissing('its packages could not be downloaded and unpacked (see above)');
  }
}

function tellThatItIsMissing(why) {
  console.error(`Heimdal is missing, and the tests that need it will fail: ${why}.`);
}

/**
 * Returns the wanted packages and their dependencies that the system lacks; undefined if apt-get
 * does not know the wanted packages.
 */
function packagesToUnpack() {
  const args = ['install', '--simulate', '--no-install-recommends', ...WANTED];
  const env = environment({ LC_ALL: 'C' });
  const { status, stdout } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
  if (status !== 0) {
    return undefined;
  }
  const lacking = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
  return [...new Set([...WANTED, ...lacking])];
}

/** Downloads the packages and unpacks them into .tools/heimdal. Returns whether that succeeded. */
function downloadAndUnpack(packages) {
  const partial = join(TOOLS_FOLDER, 'heimdal.partial');
  const downloads = join(partial, 'packages');
  const root = join(partial, 'root');
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(downloads, { recursive: true });
  const done =
    quietly('apt-get', ['download', ...packages], { cwd: downloads }) &&
    readdirSync(downloads).every((name) => quietly('dpkg', ['-x', join(downloads, name), root]));
  if (done) {
    rmSync(HEIMDAL_FOLDER, { recursive: true, force: true });
    renameSync(root, HEIMDAL_FOLDER);
  }
  rmSync(partial, { recursive: true, force: true });
  return done;
}
