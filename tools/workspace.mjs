// The folders of the workspace, as pnpm-workspace.yaml names them.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './steps.mjs';

/** Returns the absolute folder of every package of the workspace, sorted: packages/*, docs, examples. */
export function workspaceFolders() {
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => join('packages', name));
  return [...packages, 'docs', 'examples']
    .sort()
    .map((folder) => join(ROOT, folder))
    .filter((folder) => existsSync(join(folder, 'package.json')));
}
