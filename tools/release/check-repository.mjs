// Checks that the repository's documents and files know where the repository is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../steps.mjs';
import { repositoryLinks } from './repository.mjs';

/** Returns what is wrong, one line each. */
export function checkRepository() {
  const { privateReport } = repositoryLinks();
  const security = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
  return security.includes(`(${privateReport})`)
    ? []
    : [`SECURITY.md has no link to ${privateReport}: npm run metadata`];
}
