// Checks a packed package with are-the-types-wrong: declarations as every resolution finds them.
import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';

/**
 * Findings that are meant. The packages are ES modules alone: require() loads them on every Node that
 * `engines` allows, and TypeScript knows that since 5.8 (nodenext). TypeScript's oldest resolution,
 * node10, reads no exports; Node has no release left that resolves so.
 */
function isMeant({ kind, resolutionKind }) {
  return kind === 'CJSResolvesToESM' || resolutionKind === 'node10';
}

function line({ kind, entrypoint, resolutionKind, ...rest }) {
  const where = [entrypoint, resolutionKind].filter((part) => part !== undefined).join(', ');
  return `are the types wrong: ${kind} (${where === '' ? JSON.stringify(rest) : where})`;
}

/** Returns what is wrong, one line each. A package of programs alone has no types. */
export async function checkTypes({ tarball, published }) {
  const entries = Object.keys(published.exports ?? {}).filter((path) => path !== './package.json');
  if (entries.length === 0) {
    return [];
  }
  const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  if (result.types === false) {
    return ['are the types wrong: there are none'];
  }
  return result.problems.filter((problem) => !isMeant(problem)).map(line);
}
