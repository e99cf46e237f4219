// Heimdal's KDC, for tests that a second Kerberos answers. Its packages have programs of the same names as
// MIT's, so that they are unpacked into a folder of this project and nothing of the system changes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { environment, has, quietly, say, TOOLS_FOLDER } from './steps.mjs';

const HEIMDAL_FOLDER = join(TOOLS_FOLDER, 'heimdal');
/** The KDC, and `kadmin -l`. */
const WANTED = ['heimdal-kdc', 'heimdal-clients'];
const KDC = join(HEIMDAL_FOLDER, 'usr', 'lib', 'heimdal-servers', 'kdc');

/** Unpacks Heimdal into .tools/heimdal. Where that cannot be done it says so, and the tests say it again. */
export function unpackHeimdal() {
  if (existsSync(KDC)) {
    say('Heimdal: there');
    return;
  }
  if (!has('apt-get') || !has('dpkg')) {
    tellThatItIsMissing(
      'it is unpacked from Debian packages, and there is no apt-get and dpkg here',
    );
    return;
  }
  say('Heimdal: unpacking its KDC into .tools/heimdal, for the tests with a second Kerberos');
  // Lists of packages can be fetched by root alone; another user's may be recent enough.
  if (process.getuid?.() === 0) {
    quietly('apt-get', ['update']);
  }
  const packages = packagesToUnpack();
  if (packages === undefined) {
    tellThatItIsMissing(`apt-get does not know ${WANTED.join(' and ')}`);
  } else if (!downloadAndUnpack(packages)) {
    tellThatItIsMissing('its packages could not be had (above)');
  }
}

function tellThatItIsMissing(why) {
  console.error(`Heimdal is missing, and the tests that need it will fail: ${why}.`);
}

/** What is wanted and all that it needs and the system lacks; undefined where apt-get does not know it. */
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
