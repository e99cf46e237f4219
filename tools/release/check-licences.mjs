// Checks the licences of what is installed with a package.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from './public-packages.mjs';

/** Licences that ask for no more than their text. */
const KNOWN = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0'];

/** Returns what is wrong, one line each. */
export function checkLicences({ folder, published }) {
  const { dependencies = {}, optionalDependencies = {} } = published;
  return Object.keys({ ...dependencies, ...optionalDependencies }).flatMap((name) => {
    const installed = join(folder, 'node_modules', name);
    if (!existsSync(installed)) {
      return [`${name} is a dependency and is not installed here`];
    }
    const { license } = readManifest(installed);
    return KNOWN.includes(license) ? [] : [`${name} has the licence ${license}`];
  });
}
