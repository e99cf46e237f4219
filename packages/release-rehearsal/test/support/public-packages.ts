/** The public packages and their entries, read from the work tree. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './programs.js';

export interface PublicPackage {
  readonly name: string;
  /** What a program imports: `@remctl/core`, `@remctl/core/wire`. */
  readonly entries: readonly string[];
  /** Packages of others that a user must install besides, such as a test runner. */
  readonly wants: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: object;
  readonly publishConfig: { readonly exports?: object };
  readonly peerDependencies?: object;
  readonly peerDependenciesMeta?: object;
}

function publicPackage(manifest: Manifest): PublicPackage {
  const { name, exports = {}, publishConfig, peerDependencies = {} } = manifest;
  const optional = Object.keys(manifest.peerDependenciesMeta ?? {});
  return {
    name,
    entries: Object.keys(publishConfig.exports ?? exports)
      .filter((path) => path !== './package.json')
      .map((path) => `${name}${path.slice(1)}`),
    wants: Object.keys(peerDependencies).filter(
      (peer) => !peer.startsWith('@remctl/') && !optional.includes(peer),
    ),
  };
}

/** Returns the packages that are published: those without `"private": true`. */
export function publicPackages(): PublicPackage[] {
  return readdirSync(join(ROOT, 'packages'))
    .map((folder): Manifest => {
      const path = join(ROOT, 'packages', folder, 'package.json');
      return JSON.parse(readFileSync(path, 'utf8'));
    })
    .filter((manifest) => manifest.private !== true)
    .map(publicPackage);
}

/** Returns those that need nothing of others: what a program uses. The rest are for test runners. */
export function packagesForPrograms(): PublicPackage[] {
  return publicPackages().filter(({ wants }) => wants.length === 0);
}
