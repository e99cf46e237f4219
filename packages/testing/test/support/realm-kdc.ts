/** A test KDC in place of the KDC of a realm with a real remctld. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Daemon, Kdc, KdcOptions } from '@remctl/realm';
import { type EncryptionType, startKdc, type TestKdc } from '../../src/index.js';

/**
 * Starts a test KDC in this process for a realm: `startRealm({ kdc: realmKdc })`. Throws Error if the
 * realm wants another clock.
 */
export async function realmKdc({
  realm,
  folder,
  enctype,
  cleanup,
  clock,
}: KdcOptions): Promise<Kdc> {
  if (clock !== undefined) {
    throw new Error('set skewMs of the test KDC instead of the clock of its process');
  }
  const kdc = await startKdc({ realm, encryptionTypes: [enctype as EncryptionType] });
  cleanup.also(() => kdc.stop());
  const writeKeytab = async (file: string, principals: readonly string[]) => {
    writeFileSync(file, await kdc.keytab(principals), { mode: 0o600 });
  };
  return {
    port: kdc.port,
    log: join(folder, 'kdc.log'),
    configure: () => undefined,
    create: async () => undefined,
    addWithRandomKeys: async (principals) => {
      for (const principal of principals) {
        kdc.addPrincipal(principal);
      }
    },
    addWithPassword: async (principal, password) => {
      kdc.addPrincipal(principal, { password });
    },
    writeServiceKeys: writeKeytab,
    writeClientKeys: writeKeytab,
    kadmin: async (command) => runKadmin(kdc, command),
    start: () => startDaemon(kdc),
  };
}

async function startDaemon(kdc: TestKdc): Promise<Daemon> {
  await kdc.start();
  let settle: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return {
    pid: process.pid,
    ended,
    kill: async () => {
      await kdc.stop();
      settle();
    },
  };
}

/** Does what the suites ask of kadmin.local: new random keys of a type for a principal. */
function runKadmin(kdc: TestKdc, command: string): string {
  const [, type, name] = /^cpw -randkey -e ([\w-]+):normal (\S+)$/.exec(command) ?? [];
  if (type === undefined || name === undefined) {
    throw new Error(`a test KDC has no kadmin for "${command}"`);
  }
  kdc.changeKey(name, { encryptionTypes: [type as EncryptionType] });
  return '';
}
