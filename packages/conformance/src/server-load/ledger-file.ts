/** The file in which a server's command notes each run. */
import { readFileSync } from 'node:fs';

/** Returns the ids in a ledger, one for each line. */
export function readLedger(path: string): number[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}
