/** remctld under the load of a server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Realm } from '@remctl/realm';
import { readLedger } from './ledger-file.js';
import type { LoadedServer } from './run-server-load.js';

/** Starts a remctld whose only command appends its id to the ledger by one write. */
export async function startLoadedRemctld(realm: Realm): Promise<LoadedServer> {
  const ledger = join(realm.folder, 'server-ledger');
  const program = join(realm.folder, 'append.sh');
  writeFileSync(ledger, '');
  // A shell script, because a shell starts faster than perl.
  writeFileSync(program, `#!/bin/sh\necho "$2" >>'${ledger}'\n`, { mode: 0o755 });
  const remctld = await realm.startRemctld({ config: `load record ${program} ANYUSER\n` });
  return {
    port: remctld.port,
    pid: remctld.pid,
    command: ['load', 'record'],
    ledger: () => readLedger(ledger),
    stop: () => remctld.kill(),
  };
}
