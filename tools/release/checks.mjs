// Every check of a release.
import { checkFiles } from './check-files.mjs';
import { checkLicences } from './check-licences.mjs';
import { checkMetadata } from './check-metadata.mjs';
import { checkPublint } from './check-publint.mjs';
import { checkRepository } from './check-repository.mjs';
import { checkSourceMaps } from './check-source-maps.mjs';
import { checkTypes } from './check-types.mjs';
import { checkVersions } from './check-versions.mjs';
import { rootManifest } from './public-packages.mjs';

/** Returns what is wrong with the repository, one line each. */
export function checkAll() {
  return [...checkVersions(), ...checkRepository()];
}

/** Returns what is wrong with one packed package, one line each: `@remctl/core: …`. */
export async function checkPacked(packed) {
  const complaints = [
    ...checkMetadata(packed, rootManifest()),
    ...checkFiles(packed),
    ...checkSourceMaps(packed),
    ...checkLicences(packed),
    ...(await checkPublint(packed)),
    ...(await checkTypes(packed)),
  ];
  return complaints.map((complaint) => `${packed.manifest.name}: ${complaint}`);
}
