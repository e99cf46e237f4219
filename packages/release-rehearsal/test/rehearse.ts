/** Rehearses a release before the tests: a fresh clone publishes its first version to a registry. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { systemName } from '../../native-backend/src/system.js';
import { maintainerEnvironment } from './support/environments.js';
import { commitAll, makeFreshClone } from './support/fresh-clone.js';
import { ROOT } from './support/programs.js';
import { startRegistry } from './support/registry.js';
import { run } from './support/run.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The registry that has the release. */
    readonly registry: string;
    /** The clone that it was made in. */
    readonly clone: string;
    /** What `npm run release` printed. */
    readonly released: string;
    /** A folder for what the tests install. */
    readonly projects: string;
  }
}

/** Makes the version in a clone that has nothing installed: its node_modules is this work tree's. */
async function makeVersion(clone: string): Promise<void> {
  await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  const env = maintainerEnvironment();
  await run(['npm', 'run', '--silent', 'changeset', 'version'], { cwd: clone, env });
  await rm(join(clone, 'node_modules'));
  await commitAll(clone, 'Version');
}

/**
 * Returns the path of npm's settings for a maintainer who may publish to the registry: this machine's settings,
 * and a token. npm publishes nothing without one; this registry takes any.
 */
async function loggedIn(folder: string, registry: string): Promise<string> {
  const { stdout } = await run(['npm', 'config', 'get', 'userconfig'], {
    cwd: folder,
    env: maintainerEnvironment(),
  });
  const own = stdout.trim();
  const settings = existsSync(own) ? await readFile(own, 'utf8') : '';
  const path = join(folder, 'npmrc');
  await writeFile(path, `${settings}\n${registry.replace('http:', '')}:_authToken=rehearsal\n`);
  return path;
}

/** Gives a clone the addon of this machine, in the place of those that zig compiles for every system. */
async function keepAddon(clone: string): Promise<void> {
  const [from, to] = [ROOT, clone].map((root) => join(root, 'packages', 'native-backend'));
  await cp(
    join(String(from), 'build', 'Release', 'remctl.node'),
    join(String(to), 'prebuilds', systemName(), 'remctl.node'),
  );
}

/** Makes and publishes the release in a clone. Returns what `npm run release` printed. */
async function release(clone: string, registry: string, userconfig: string): Promise<string> {
  await makeFreshClone(clone);
  await makeVersion(clone);
  await keepAddon(clone);
  const options = ['--registry', registry, '--without-provenance', '--keep-prebuilt'];
  const { stdout } = await run(['npm', 'run', 'release', '--', ...options], {
    cwd: clone,
    env: maintainerEnvironment({ npm_config_userconfig: userconfig }),
  });
  return stdout;
}

export default async function rehearse({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'remctl-rehearsal-'));
  const [storage, clone, projects] = ['registry', 'clone', 'projects'].map((each) =>
    join(folder, each),
  ) as [string, string, string];
  await Promise.all([storage, clone, projects].map((each) => mkdir(each)));
  const registry = await startRegistry(storage);
  const end = async () => {
    await registry[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const userconfig = await loggedIn(folder, registry.url);
    provide('released', await release(clone, registry.url, userconfig));
  } catch (error) {
    await end();
    throw error;
  }
  provide('registry', registry.url);
  provide('clone', clone);
  provide('projects', projects);
  return end;
}
