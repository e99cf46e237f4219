/** A KDC that wants SPAKE, and the bundle alone in a folder. */
import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startRealm } from '@remctl/realm';
import { expect, test } from 'vitest';

const BUNDLE = fileURLToPath(new URL('../bundle/', import.meta.url));

test('--keytab gets its ticket from a KDC that takes SPAKE alone', async () => {
  await using realm = await startRealm({
    libdefaults: ['spake_preauth_groups = edwards25519'],
    kdcConf: ['[plugins]', '  kdcpreauth = {', '    disable = encrypted_timestamp', '  }'],
  });
  await realm.kadmin('modprinc +requires_preauth alice');
  // No node_modules is above this folder.
  const folder = join(realm.folder, 'bundle');
  cpSync(BUNDLE, folder, { recursive: true });
  const port = String(realm.port);
  const command = ['-p', port, 'localhost', 'test', 'status', '0'];
  const options = ['--keytab', realm.keytabs.client, '--client', 'alice'];
  const program = join(folder, 'remctl.cjs');
  const run = promisify(execFile)(program, [...options, ...command], { env: realm.env });
  await expect(run).resolves.toMatchObject({ stderr: '' });
});
