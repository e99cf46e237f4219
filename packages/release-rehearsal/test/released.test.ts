/** What the release command has published. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { maintainerEnvironment } from './support/environments.js';
import { publicPackages } from './support/public-packages.js';
import { run } from './support/run.js';

test.each(publicPackages())('$name is in the registry, in its first version', async ({ name }) => {
  const answer = await fetch(`${inject('registry')}${name.replace('/', '%2f')}`);
  const known = await answer.json();
  expect(known).toMatchObject({
    'dist-tags': { latest: '0.1.0' },
    versions: { '0.1.0': { name } },
  });
});

test('the release is tagged, and says where it stands', async () => {
  const options = { cwd: inject('clone'), env: maintainerEnvironment() };
  expect((await run(['git', 'tag'], options)).stdout).toBe('v0.1.0\n');
  expect(inject('released')).toContain('@remctl/core 0.1.0: publishing it');
});

test('after a release, turbo and pnpm run in a shell without pnpm', async () => {
  const options = { cwd: inject('clone'), env: maintainerEnvironment() };
  await expect(run(['pnpm', '--version'], options)).rejects.toThrow();
  const { stdout } = await run(['npm', 'run', 'build', '--', '--dry=json'], options);
  expect(stdout).toContain('@remctl/core#build');
});

test('a work tree with changes is not released', async () => {
  const options = { cwd: inject('projects'), env: maintainerEnvironment() };
  await run(['git', 'clone', '--quiet', inject('clone'), 'dirty'], options);
  const clone = join(inject('projects'), 'dirty');
  await writeFile(join(clone, 'README.md'), 'changed');
  const release = run(['npm', 'run', 'release'], { ...options, cwd: clone });
  await expect(release).rejects.toThrow(/not committed:\n.*README\.md/);
});
