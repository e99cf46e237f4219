// Checks the package.json of a packed package.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { withDerivedFields } from './metadata.mjs';

/** What `npm run metadata` cannot derive, and every package must say. */
const OWN_FIELDS = ['description', 'keywords', 'sideEffects', 'files'];
const DEPENDENCIES = ['dependencies', 'peerDependencies', 'optionalDependencies'];

/** Returns what is wrong, one line each. */
export function checkMetadata(packed, root) {
  const { manifest, published } = packed;
  const wanted = withDerivedFields(packed, root);
  const stale = Object.keys(wanted).filter(
    (field) => !isDeepStrictEqual(manifest[field], wanted[field]),
  );
  const lacking = OWN_FIELDS.filter((field) => [undefined, ''].includes(published[field]));
  const ranges = DEPENDENCIES.flatMap((kind) => Object.entries(published[kind] ?? {}));
  return [
    ...stale.map((field) => `${field} is not what follows from the root: npm run metadata`),
    ...lacking.map((field) => `package.json has no ${field}`),
    ...ranges
      .filter(([, range]) => /^(workspace|link|file|catalog):/.test(range))
      .map(([name, range]) => `${name} is needed as ${range}, which only this workspace knows`),
    ...checkExports(packed),
    ...checkPrograms(packed),
  ];
}

/** Returns the files that a value of `exports` names, in every condition. */
function targets(value) {
  return typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(targets);
}

function checkExports({ published, files }) {
  const { exports = {} } = published;
  const missing = targets(exports).filter((target) => !files.includes(target.replace(/^\.\//, '')));
  return [
    ...missing.map((target) => `exports names ${target}, which is not packed: was it built?`),
    ...(exports['./package.json'] === './package.json' ? [] : ['./package.json is not exported']),
  ];
}

/** Whether two paths in a package are the same: bin may leave out the ./ that sideEffects has. */
function isSame(one, other) {
  return join(String(one)) === join(other);
}

/** Programs that cannot be started, or that a bundler may drop, for lack of side effects. */
function checkPrograms({ content, published }) {
  const { bin = {}, sideEffects } = published;
  return Object.values(bin).flatMap((program) => {
    const path = join(content, program);
    const isProgram = existsSync(path) && readFileSync(path, 'utf8').startsWith('#!');
    const isKept =
      sideEffects === true || [sideEffects].flat().some((kept) => isSame(kept, program));
    return [
      ...(isProgram ? [] : [`${program} is a program, and does not begin with #!`]),
      ...(isKept ? [] : [`sideEffects does not name the program ${program}`]),
    ];
  });
}
