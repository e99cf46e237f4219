// Checks the versions: one of all public packages, with its changes told.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../steps.mjs';
import { workspacePackages } from './public-packages.mjs';

/** The version before the first release, and of every private package for ever. */
const UNRELEASED = '0.0.0';

/** Returns the names of the changesets that no version holds yet. */
export function waitingChangesets() {
  return readdirSync(join(ROOT, '.changeset')).filter(
    (file) => file.endsWith('.md') && file !== 'README.md',
  );
}

function hasChanges({ folder, manifest }) {
  const path = join(folder, 'CHANGELOG.md');
  return existsSync(path) && readFileSync(path, 'utf8').includes(`\n## ${manifest.version}\n`);
}

/** Returns what is wrong, one line each. */
export function checkVersions() {
  const all = workspacePackages();
  const open = all.filter(({ manifest }) => manifest.private !== true);
  const versions = [...new Set(open.map(({ manifest }) => manifest.version))];
  const numbered = all.filter(
    ({ manifest }) =>
      manifest.private === true && ![undefined, UNRELEASED].includes(manifest.version),
  );
  const waiting = waitingChangesets();
  return [
    ...(waiting.length === 0
      ? []
      : [`${waiting.join(', ')} wait in .changeset: npm run changeset version, and commit`]),
    ...(versions.length === 1
      ? []
      : [`the public packages have the versions ${versions.join(', ')}`]),
    ...(versions.includes(UNRELEASED) ? [`${UNRELEASED} is no version to release`] : []),
    // changesets counts from the highest version in the group, and the private ones are in it.
    ...numbered.map(
      ({ directory }) => `${directory} is private: its version must be ${UNRELEASED}, or none`,
    ),
    ...open
      .filter((each) => each.manifest.version !== UNRELEASED && !hasChanges(each))
      .map(({ directory }) => `${directory}/CHANGELOG.md does not tell this version`),
  ];
}
