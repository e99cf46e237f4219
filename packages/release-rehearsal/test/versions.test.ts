/** changesets makes the versions that people expect: of all public packages the same, below 1.0.0. */
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { maintainerEnvironment } from './support/environments.js';
import { ROOT } from './support/programs.js';
import { publicPackages } from './support/public-packages.js';
import { run } from './support/run.js';

/** Returns the packages' versions, by their names. */
async function versionsIn(clone: string): Promise<Record<string, string>> {
  const folders = await readdir(join(clone, 'packages'));
  const manifests = folders.map(async (folder) =>
    JSON.parse(await readFile(join(clone, 'packages', folder, 'package.json'), 'utf8')),
  );
  return Object.fromEntries(
    (await Promise.all(manifests)).map(({ name, version }) => [name, version]),
  );
}

/** The versions of all packages, if the public ones have this one. */
function all(version: string): object {
  const open = Object.fromEntries(publicPackages().map(({ name }) => [name, version]));
  return {
    '@remctl/bench': '0.0.0',
    '@remctl/fuzz': '0.0.0',
    '@remctl/release-rehearsal': '0.0.0',
    ...open,
  };
}

test('the first is 0.1.0, a minor of core makes 0.2.0, and a patch 0.2.1', async () => {
  const clone = join(inject('projects'), 'versions');
  const env = maintainerEnvironment();
  await run(['git', 'clone', '--quiet', inject('clone'), clone], { cwd: ROOT, env });
  await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  /** Writes a changeset and makes its version. */
  const release = async (name: string, kind: string) => {
    const text = `---\n"${name}": ${kind}\n---\n\nA ${kind} change.\n`;
    await writeFile(join(clone, '.changeset', 'a-change.md'), text);
    await run(['npm', 'run', '--silent', 'changeset', 'version'], { cwd: clone, env });
    return versionsIn(clone);
  };

  expect(await versionsIn(clone)).toMatchObject(all('0.1.0'));
  expect(await release('@remctl/core', 'minor')).toMatchObject(all('0.2.0'));
  expect(await release('@remctl/krb5', 'patch')).toMatchObject(all('0.2.1'));

  const changelog = await readFile(join(clone, 'packages/core/CHANGELOG.md'), 'utf8');
  expect(changelog.match(/^## .*/gm)).toEqual(['## 0.2.1', '## 0.2.0', '## 0.1.0']);
  expect(changelog).toContain('A minor change.');
});
