// The JavaScript runtimes that the pure backend is tried on, from npm.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietly, say, TOOLS_FOLDER } from './steps.mjs';

const FOLDER = join(TOOLS_FOLDER, 'runtimes');

/** npm's packages hold the binaries; these are the names of this machine's. */
const PLATFORMS = {
  'linux-x64': { node: 'linux-x64', bun: 'linux-x64', deno: 'linux-x64-glibc' },
  'linux-arm64': { node: 'linux-arm64', bun: 'linux-aarch64', deno: 'linux-arm64-glibc' },
  'darwin-x64': { node: 'darwin-x64', bun: 'darwin-x64', deno: 'darwin-x64' },
  'darwin-arm64': { node: 'darwin-arm64', bun: 'darwin-aarch64', deno: 'darwin-arm64' },
};
const PLATFORM = PLATFORMS[`${process.platform}-${process.arch}`];

const node = (id, version) => ({
  id,
  title: `Node ${version}`,
  version,
  package: `node-${PLATFORM?.node}`,
  binary: join('bin', 'node'),
  args: [],
});

/** The runtimes. `args` come before the program. */
export const RUNTIMES = [
  node('node-oldest', '20.19.0'), // the oldest that package.json's `engines` allows
  node('node-20', '20.20.2'),
  node('node-22', '22.23.3'),
  node('node-24', '24.21.0'),
  node('node-26', '26.12.1'),
  {
    id: 'bun',
    title: 'Bun 1.4.5',
    version: '1.4.5',
    package: `@oven/bun-${PLATFORM?.bun}`,
    binary: join('bin', 'bun'),
    args: [],
  },
  {
    id: 'deno',
    title: 'Deno 2.9.6',
    version: '2.9.6',
    package: `@deno/${PLATFORM?.deno}`,
    binary: 'deno',
    args: ['run', '--allow-all', '--node-modules-dir=manual'],
  },
];

/** What `npm test` tries: a newer and an older Node than most people have, and the others. */
export const IN_TESTS = ['node-oldest', 'node-26', 'bun', 'deno'];

const folderOf = ({ id }) => join(FOLDER, 'node_modules', id);

/** Returns the command that runs a program on the runtime: its binary and the arguments before the program. */
export function commandOf(id) {
  const runtime = RUNTIMES.find((each) => each.id === id);
  return [join(folderOf(runtime), runtime.binary), ...runtime.args];
}

function isInstalled(runtime) {
  const description = join(folderOf(runtime), 'package.json');
  return (
    existsSync(description) &&
    JSON.parse(readFileSync(description, 'utf8')).version === runtime.version
  );
}

/**
 * Installs runtimes into .tools/runtimes. Returns false, and says why, if it cannot. A runtime takes 90 to
 * 210 MB, and is no dependency of a package, so that an install of the workspace stays small.
 */
export function installRuntimes(ids) {
  const missing = RUNTIMES.filter((each) => ids.includes(each.id) && !isInstalled(each));
  if (missing.length === 0) {
    return true;
  }
  const titles = missing.map(({ title }) => title).join(', ');
  if (PLATFORM === undefined) {
    console.error(`npm has no runtimes for ${process.platform} ${process.arch}: ${titles}`);
    return false;
  }
  say(`installing into .tools, for this project only: ${titles}`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'package.json'), '{ "private": true }\n');
  // npm removes what the command does not name.
  const kept = RUNTIMES.filter((each) => ids.includes(each.id) || isInstalled(each));
  const packages = kept.map((each) => `${each.id}@npm:${each.package}@${each.version}`);
  return quietly('npm', ['install', '--no-save', '--no-audit', '--no-fund', ...packages], {
    cwd: FOLDER,
  });
}
