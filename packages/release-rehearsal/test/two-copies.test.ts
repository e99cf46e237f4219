/** Two copies of core work together, as npm lays them out for two global installs. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { PACKAGE_MANAGERS } from './support/package-managers.js';
import { NODE, PACKAGE } from './support/programs.js';
import { emptyProject, type Project } from './support/project.js';
import { run } from './support/run.js';

const UNKNOWN_COMMAND = 5;

let mine: Project;
let theirs: Project;

beforeAll(async () => {
  const [manager] = PACKAGE_MANAGERS;
  mine = await emptyProject(manager);
  theirs = await emptyProject(manager);
  await mine.add('@remctl/core');
  await theirs.add('@remctl/core', '@remctl/pure-backend', '@remctl/testing');
});

test('errors, port fall-back, retry and pool know the errors of the other copy', async () => {
  const program = join(PACKAGE, 'consumer', 'two-copies.mjs');
  const { stdout } = await run([NODE, program, mine.folder, theirs.folder], {
    cwd: mine.folder,
    env: mine.env,
  });
  const network = ['RemctlError', 'RemctlNetworkError'];
  const protocol = ['RemctlError', 'RemctlProtocolError'];
  expect(JSON.parse(stdout)).toEqual({
    copies: 2,
    unreached: { tried: [4373, 4444], classes: [network, network] },
    retried: { connections: 2, stdout: 'hello\n' },
    unknown: { code: UNKNOWN_COMMAND, classes: [protocol, protocol] },
    pooled: ['hello\n', 'hello\n'],
  });
});
