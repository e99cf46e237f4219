/** Makes a fresh clone of the work tree, with what is not committed yet. */
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { maintainerEnvironment } from './environments.js';
import { ROOT } from './programs.js';
import { run } from './run.js';

/** Commits everything in a clone. */
export async function commitAll(clone: string, message: string): Promise<void> {
  const options = { cwd: clone, env: maintainerEnvironment() };
  const who = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost'];
  await run(['git', 'add', '--all'], options);
  await run(['git', ...who, 'commit', '--quiet', '--message', message], options);
}

/** Copies every file that is not ignored into a folder, and commits it there: nothing is installed or built. */
export async function makeFreshClone(clone: string): Promise<void> {
  const env = maintainerEnvironment();
  const list = [
    'git',
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
  ];
  const { stdout } = await run(list, { cwd: ROOT, env });
  const { stdout: gone } = await run(['git', 'ls-files', '-z', '--deleted'], { cwd: ROOT, env });
  const deleted = new Set(gone.split('\0'));
  for (const file of stdout.split('\0').filter((name) => name !== '' && !deleted.has(name))) {
    await mkdir(dirname(join(clone, file)), { recursive: true });
    await cp(join(ROOT, file), join(clone, file));
  }
  await run(['git', 'init', '--quiet', '--initial-branch=main'], { cwd: clone, env });
  await commitAll(clone, 'The work tree');
}
