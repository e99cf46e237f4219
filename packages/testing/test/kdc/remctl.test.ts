/** The C client and the real remctld on a test KDC. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { startRealm } from '@remctl/realm';
import { expect, test } from 'vitest';
import { kerberosFiles } from '../support/kerberos-files.js';
import { realmKdc } from '../support/realm-kdc.js';
import { kdcForTest } from '../support/start.js';

const execute = promisify(execFile);

/** Runs the C client, and returns its output: who the server takes it for. */
async function whoami(port: number, env: NodeJS.ProcessEnv): Promise<string> {
  const args = ['-p', String(port), 'localhost', 'test', 'whoami'];
  return (await execute('remctl', args, { env })).stdout;
}

test.each([
  'aes128-cts-hmac-sha1-96',
  'aes256-cts-hmac-sha1-96',
  'aes128-cts-hmac-sha256-128',
  'aes256-cts-hmac-sha384-192',
] as const)('a command runs with keys of %s', async (enctype) => {
  const realm = await startRealm({ kdc: realmKdc, enctype });
  expect(await whoami(realm.port, realm.env)).toBe('alice@REMCTL.TEST\n');
  const stopped = realm.kdcPort;
  await realm.dispose();
  expect(existsSync(realm.folder)).toBe(false);
  // The realm has ended the KDC: its port is free.
  const next = await kdcForTest({ port: stopped });
  expect(next.port).toBe(stopped);
});

test('a command runs with a cache that no kinit has made, until it has expired', async () => {
  const kdc = await kdcForTest();
  kdc.addPrincipal('alice');
  kdc.addPrincipal('host/localhost');
  const files = await kerberosFiles([kdc]);
  await using realm = await startRealm({ kdc: realmKdc });
  const server = await realm.startRemctld({
    keytab: files.write('server.keytab', await kdc.keytab('host/localhost')),
  });
  const run = async (lifetime: number) => {
    files.write('ccache', await kdc.ccache('alice', { lifetime }));
    return whoami(server.port, files.env);
  };
  expect(await run(3600)).toBe('alice@REMCTL.TEST\n');
  await expect(run(-1)).rejects.toThrow('Ticket expired');
});

test('a command of another realm runs by referral', async () => {
  const kdc = await kdcForTest({ realm: 'A.TEST' });
  const other = await kdcForTest({ realm: 'B.TEST' });
  kdc.trust(other);
  kdc.addPrincipal('alice');
  other.addPrincipal('host/localhost');
  const files = await kerberosFiles([kdc, other]);
  files.write('ccache', await kdc.ccache('alice'));
  await using realm = await startRealm({ kdc: realmKdc, realm: 'B.TEST' });
  const server = await realm.startRemctld({
    keytab: files.write('server.keytab', await other.keytab('host/localhost')),
  });
  expect(await whoami(server.port, files.env)).toBe('alice@A.TEST\n');
});
