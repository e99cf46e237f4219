/** The servers of a load run, and the ledger of their commands. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Realm, Remctld } from '@remctl/realm';
import type { LedgerLine } from './account.js';

export interface LoadServers {
  readonly remctlds: readonly Remctld[];
  /** Returns the command that writes one line of the ledger. */
  command(id: number, send: number): readonly string[];
  /** Returns the lines of all commands that ran so far. */
  ledger(): LedgerLine[];
}

/**
 * Starts `count` remctlds beside the realm's own.
 *
 * Their only command appends a line to the ledger by one write, so that lines never mix. It is a
 * shell script, because a shell starts faster than perl.
 */
export async function startServers(realm: Realm, count: number): Promise<LoadServers> {
  const ledger = join(realm.folder, 'ledger');
  const program = join(realm.folder, 'record.sh');
  writeFileSync(ledger, '');
  writeFileSync(program, `#!/bin/sh\necho "$2 $3" >>'${ledger}'\n`, { mode: 0o755 });
  const config = `load record ${program} ANYUSER\n`;
  const remctlds: Remctld[] = [];
  for (let n = 0; n < count; n += 1) {
    remctlds.push(await realm.startRemctld({ config }));
  }
  return {
    remctlds,
    command: (id, send) => ['load', 'record', String(id), String(send)],
    ledger: () =>
      readFileSync(ledger, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [id, send] = line.split(' ').map(Number);
          return { id: id ?? Number.NaN, send: send ?? Number.NaN };
        }),
  };
}
