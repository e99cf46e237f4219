/** Every package manager installs the release into an empty project, where it is used. */
import { beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_MANAGERS } from './support/package-managers.js';
import { emptyProject, type Project } from './support/project.js';
import { packagesForPrograms } from './support/public-packages.js';
import { run } from './support/run.js';

const HELLO = 'hello alice@REMCTL.TEST\n';
const UNKNOWN_COMMAND = 5;
const ENTRIES = packagesForPrograms().flatMap(({ entries }) => entries);

describe.each(PACKAGE_MANAGERS)('$name', (manager) => {
  let project: Project;
  beforeAll(async () => {
    project = await emptyProject(manager);
    await project.write({ 'entries.cjs': `module.exports = ${JSON.stringify(ENTRIES)};\n` });
    await project.add(...packagesForPrograms().map(({ name }) => name));
  });

  /** Runs a file of the project. Returns what it printed as JSON. */
  async function use(command: readonly string[], file: string): Promise<unknown> {
    const env = { ...project.env, REMCTL_PROGRAM: JSON.stringify(manager.remctl) };
    const { stdout } = await run([...command, file], { cwd: project.folder, env });
    return JSON.parse(stdout);
  }

  const answer = { stdout: HELLO, status: 0, refused: UNKNOWN_COMMAND };
  const everything = {
    loaded: ENTRIES,
    pure: answer,
    native: answer,
    program: HELLO,
  };

  test('an ES module loads and uses every package', async () => {
    expect(await use(manager.node, 'use.mjs')).toEqual(everything);
  });

  test('a CommonJS program requires and uses every package', async () => {
    expect(await use(manager.requiring, 'use.cjs')).toEqual(everything);
  });
});
