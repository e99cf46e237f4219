// Installs and builds everything that `npm run demo` and `npm test` need.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unpackHeimdal } from './heimdal.mjs';
import { has, quietly, ROOT, say, stop, TOOLS_FOLDER } from './steps.mjs';

/** The system's packages that are needed, each with a file that proves that it is installed. */
const SYSTEM = [
  { package: 'krb5-kdc', file: '/usr/sbin/krb5kdc' },
  { package: 'krb5-admin-server', file: '/usr/sbin/kadmin.local' },
  { package: 'krb5-user', file: '/usr/bin/kinit' },
  { package: 'remctl-server', file: '/usr/sbin/remctld' },
  { package: 'remctl-client', file: '/usr/bin/remctl' },
  { package: 'libremctl-dev', file: '/usr/include/remctl.h' },
  { package: 'libkrb5-dev', file: '/usr/include/krb5.h' },
  { package: 'build-essential', file: '/usr/bin/g++' },
  { package: 'faketime', file: '/usr/bin/faketime' },
  { package: 'python3', file: '/usr/bin/python3' },
  { package: 'iproute2', file: '/sbin/ip' },
];

const OTHER_SYSTEMS = `Install these, and run the command again:
  Debian, Ubuntu  apt-get install ${SYSTEM.map((entry) => entry.package).join(' ')}
  Fedora          dnf install krb5-server krb5-workstation krb5-devel remctl-server remctl-client remctl-devel libfaketime gcc-c++ make python3 iproute
  Homebrew        brew install krb5 remctl python3 (and Xcode's command line tools)`;

const OLDEST_NODE = [20, 19];

/**
 * Installs and builds everything; with `tests` also Heimdal, which only the tests need. Skips parts
 * that are there already. If a part fails, it prints what to do and ends the process.
 */
export async function setUp({ tests = false } = {}) {
  checkNode();
  installSystemPackages();
  installPnpm();
  installNodePackages();
  buildKerberos();
  if (tests) {
    unpackHeimdal();
  }
  say('build: every package and the addon');
  if (!quietly('turbo', ['run', 'build', '--output-logs=errors-only'])) {
    stop('The build failed (see above).');
  }
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = OLDEST_NODE;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) {
    return;
  }
  stop(
    `This project needs Node ${OLDEST_NODE.join('.')} or later; this is Node ${process.versions.node}.`,
  );
}

function installSystemPackages() {
  const missing = SYSTEM.filter(({ file }) => !existsSync(file)).map((entry) => entry.package);
  if (missing.length === 0) {
    say('system packages: all installed');
    return;
  }
  const isRoot = process.getuid?.() === 0;
  if (!has('apt-get') || !isRoot) {
    const why = isRoot ? 'this system has no apt-get' : 'only root can install them';
    stop(`These system packages are missing: ${missing.join(' ')} (${why}).\n${OTHER_SYSTEMS}`);
  }
  say(`system packages: installing ${missing.join(' ')} (a KDC, remctld, libremctl, a compiler)`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (quietly('apt-get', ['update'], { env }) && quietly('apt-get', install, { env })) {
    return;
  }
  stop(`apt-get could not install ${missing.join(' ')} (see above).\n${OTHER_SYSTEMS}`);
}

function installPnpm() {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const wanted = packageManager.split('@')[1];
  const found = spawnSync('pnpm', ['--version'], { cwd: ROOT, encoding: 'utf8' });
  const own = join(TOOLS_FOLDER, 'node_modules', 'pnpm', 'package.json');
  const version = existsSync(own)
    ? JSON.parse(readFileSync(own, 'utf8')).version
    : found.stdout?.trim();
  if (version === wanted) {
    say(`pnpm ${wanted}: already there`);
    return;
  }
  say(`pnpm ${wanted}: installing it into .tools, for this project only`);
  mkdirSync(TOOLS_FOLDER, { recursive: true });
  // Without this file npm would take the workspace for the package to install into.
  writeFileSync(join(TOOLS_FOLDER, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--no-audit', '--no-fund', '--no-save', packageManager];
  if (!quietly('npm', args, { cwd: TOOLS_FOLDER })) {
    stop(`npm could not install ${packageManager} (see above).`);
  }
}

function installNodePackages() {
  // The stamp is the hash of the lock file of the last install: an equal hash means nothing is
  // missing.
  const lock = readFileSync(join(ROOT, 'pnpm-lock.yaml'));
  const hash = createHash('sha256').update(lock).digest('hex');
  const stamp = join(ROOT, 'node_modules', '.installed-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    say('node packages: all installed');
    return;
  }
  say('node packages: installing those in pnpm-lock.yaml');
  // Without CI=true, pnpm asks before it replaces packages that another version of pnpm installed.
  const env = { ...process.env, CI: 'true' };
  const pnpm = join(TOOLS_FOLDER, 'node_modules', '.bin', 'pnpm');
  const command = existsSync(pnpm) ? pnpm : 'pnpm';
  if (!quietly(command, ['install', '--frozen-lockfile'], { env })) {
    stop('pnpm install failed (see above).');
  }
  writeFileSync(stamp, hash);
}

/**
 * Builds npm's `kerberos`, an optional mechanism of the pure backend. Its own install script
 * downloads a binary; this builds its source with the headers beside Node. A failure ends nothing:
 * it only says that the mechanism cannot be used.
 */
function buildKerberos() {
  const home = join(ROOT, 'packages', 'pure-backend', 'node_modules', 'kerberos');
  if (!existsSync(home)) {
    return;
  }
  if (existsSync(join(home, 'build', 'Release', 'kerberos.node'))) {
    say('npm kerberos: already built');
    return;
  }
  say("npm kerberos: building it, for the pure backend's optional mechanism");
  const require = createRequire(join(ROOT, 'packages', 'native-backend', 'package.json'));
  const prefix = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
  const nodedir = process.env.npm_config_nodedir ?? (hasHeaders ? prefix : undefined);
  const args = ['rebuild', ...(nodedir === undefined ? [] : [`--nodedir=${nodedir}`])];
  const nodeGyp = require.resolve('node-gyp/bin/node-gyp.js');
  if (quietly(process.execPath, [nodeGyp, ...args], { cwd: home })) {
    return;
  }
  console.error(
    'npm kerberos was not built (see above), so the mechanism pure/kerberos cannot be used.',
  );
}
