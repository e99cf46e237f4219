/** Makes empty projects and installs packages into them, as a stranger does. */
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { strangerEnvironment } from './environments.js';
import type { PackageManager } from './package-managers.js';
import { PACKAGE } from './programs.js';
import { run } from './run.js';

export interface Project {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Installs packages: names, or names with versions. */
  add(...packages: string[]): Promise<void>;
  write(files: Readonly<Record<string, string>>): Promise<void>;
}

/** Makes a project without packages. It has the files of consumer/, and a home of its own beside it. */
export async function emptyProject(manager: PackageManager): Promise<Project> {
  const home = await mkdtemp(join(inject('projects'), 'home-'));
  const folder = join(home, 'project');
  await mkdir(folder);
  await cp(join(PACKAGE, 'consumer'), folder, { recursive: true });
  const env = strangerEnvironment(home);
  const project: Project = {
    folder,
    env,
    async add(...packages) {
      await run([...manager.add, ...packages], { cwd: folder, env });
    },
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        await writeFile(join(folder, name), content);
      }
    },
  };
  await project.write({
    'package.json': '{ "name": "project", "private": true }\n',
    ...manager.settings(inject('registry')),
  });
  return project;
}
