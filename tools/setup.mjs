// Installs and builds what `npm run demo` and `npm test` need.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { hasZig, installZig } from '../packages/native-backend/scripts/zig.mjs';
import { unpackHeimdal } from './heimdal.mjs';
import { unpackKcmDaemons } from './kcm.mjs';
import { unpackRedis } from './redis.mjs';
import { IN_TESTS, installRuntimes } from './runtimes.mjs';
import { createDomain, unpackSamba } from './samba.mjs';
import { environment, has, outputOf, quietly, ROOT, say, stop, TOOLS_FOLDER } from './steps.mjs';
import { installSystemPackages } from './system-packages.mjs';

const OLDEST_NODE = [20, 19];

/** C++ compilers: any of them builds the addon. */
const COMPILERS = ['c++', 'g++', 'clang++'];

/**
 * Installs and builds what a command needs. Skips parts that are there already. If a part fails, it
 * prints what to do and ends the process.
 *
 * - `release`: pnpm, the packages of npm and their build.
 * - `demo`: the same. The addon is built only if there is a C++ compiler, and its failure ends
 *   nothing.
 * - `system`: besides, the system's packages that a realm and the addon need, and the addon.
 * - `tests`: besides, what only tests need: more of the system's packages, npm's `kerberos`,
 *   Heimdal, Samba, the daemons of KCM, Redis, the compiler of the prebuilt addons.
 */
export async function setUp(purpose) {
  checkNode();
  if (purpose === 'system' || purpose === 'tests') {
    installSystemPackages(purpose);
  }
  installPnpm();
  installNodePackages();
  if (purpose === 'tests') {
    buildKerberos();
    unpackHeimdal();
    unpackSamba();
    unpackKcmDaemons();
    tryRuntimes();
    unpackRedis();
    installCompiler();
  }
  if (purpose === 'release') {
    build('every package', ['build']);
  } else if (purpose === 'demo') {
    build('every package', ['build']);
    buildAddonIfPossible();
  } else {
    build('every package and the addon', ['build', 'addon']);
  }
  if (purpose === 'tests') {
    await createDomain();
  }
}

function build(what, tasks) {
  say(`build: ${what}`);
  if (!quietly('turbo', ['run', ...tasks, '--output-logs=errors-only'])) {
    stop('The build failed (see above).');
  }
}

/** Installs the runtimes that tests try. A failure ends nothing: the tests that need one fail. */
function tryRuntimes() {
  if (!installRuntimes(IN_TESTS)) {
    console.error('The tests on other runtimes will fail (see above).');
  }
}

/** Builds the addon if there is a compiler. A failure is printed and ends nothing. */
function buildAddonIfPossible() {
  if (!COMPILERS.some((program) => has(program))) {
    return;
  }
  say('build: the addon, which needs libremctl only when it runs');
  if (!quietly('turbo', ['run', 'addon', '--output-logs=errors-only'])) {
    console.error('The addon was not built (see above), so the native backend cannot be shown.');
  }
}

/** Installs the compiler of the prebuilt addons. A failure ends nothing: its test fails then. */
function installCompiler() {
  if (hasZig()) {
    say('zig: already there');
    return;
  }
  say('zig: installing it into .tools, for the prebuilt addons');
  try {
    installZig();
  } catch (error) {
    console.error(error.message);
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

function installPnpm() {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const wanted = packageManager.split('@')[1];
  const own = join(TOOLS_FOLDER, 'node_modules', 'pnpm', 'package.json');
  const version = existsSync(own)
    ? JSON.parse(readFileSync(own, 'utf8')).version
    : outputOf('pnpm', ['--version']);
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
  const env = environment({ CI: 'true' });
  // No install script is needed: npm's `kerberos` is built below.
  if (!quietly('pnpm', ['install', '--frozen-lockfile', '--ignore-scripts'], { env })) {
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
  const require = createRequire(join(ROOT, 'package.json'));
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
