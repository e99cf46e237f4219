// The packages that are published: every package of packages/ without "private": true.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../steps.mjs';
import { workspaceFolders } from '../workspace.mjs';

/** Reads the package.json of a folder. */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Returns the package.json of the workspace's root: repository, author, licence and engines stand there. */
export function rootManifest(root = ROOT) {
  return readManifest(root);
}

/** Returns every package of the workspace: `folder`, `directory` in the repository, `manifest`. */
export function workspacePackages() {
  return workspaceFolders().map((folder) => ({
    folder,
    directory: folder.slice(ROOT.length),
    manifest: readManifest(folder),
  }));
}

/** The names of the workspace's packages that a package needs at run time. */
function needs({ manifest }, names) {
  const { dependencies = {}, peerDependencies = {} } = manifest;
  return [...Object.keys(dependencies), ...Object.keys(peerDependencies)].filter((name) =>
    names.has(name),
  );
}

/**
 * Returns the public packages, each after those that it needs: if publishing stops half way, nothing
 * that is out lacks a dependency. Throws an Error if a public package needs a private one.
 */
export function publicPackages() {
  const all = workspacePackages();
  const names = new Set(all.map(({ manifest }) => manifest.name));
  const isPublic = ({ manifest }) => manifest.private !== true;
  const ordered = new Map();
  const add = (each, neededBy) => {
    const { name } = each.manifest;
    if (!isPublic(each)) {
      throw new Error(`${neededBy} is public and needs ${name}, which is private`);
    }
    if (ordered.has(name)) {
      return;
    }
    for (const needed of needs(each, names)) {
      add(
        all.find(({ manifest }) => manifest.name === needed),
        name,
      );
    }
    ordered.set(name, each);
  };
  for (const each of all.filter(isPublic)) {
    add(each, each.manifest.name);
  }
  return [...ordered.values()];
}

/** Returns a package's short name: the folder's, as in packages/core. */
export function shortName({ folder }) {
  return basename(folder);
}
