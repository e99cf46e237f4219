/** A folder with a krb5.conf and caches, for programs that ask test KDCs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Krb5Config, readKrb5Config } from '@remctl/krb5';
import { onTestFinished } from 'vitest';
import type { TestKdc } from '../../src/index.js';

export interface KerberosFiles {
  readonly krb5Conf: string;
  /** The configuration that `krb5Conf` holds. */
  readonly config: Krb5Config;
  /** The environment for programs: this process's, with the folder's files for Kerberos. */
  readonly env: NodeJS.ProcessEnv;
  /** Returns the path of a file in the folder, whether the file exists or not. */
  path(name: string): string;
  /** Writes a file, and returns its path. */
  write(name: string, content: string | Uint8Array): string;
}

/** Returns a krb5.conf by which the first KDC's realm is the default one. */
export function krb5ConfOf(kdcs: readonly TestKdc[], libdefaults: readonly string[] = []): string {
  const realms = kdcs.map(
    ({ realm, host, port }) =>
      `  ${realm} = {\n    kdc = ${host.includes(':') ? `[${host}]` : host}:${port}\n  }\n`,
  );
  return `[libdefaults]
  default_realm = ${kdcs[0]?.realm}
  dns_canonicalize_hostname = false
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  qualify_shortname = ""
${libdefaults.map((line) => `  ${line}\n`).join('')}
[realms]
${realms.join('')}`;
}

/** Makes the folder for one test. It is removed after the test. */
export async function kerberosFiles(
  kdcs: readonly TestKdc[],
  libdefaults?: readonly string[],
): Promise<KerberosFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-testing-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(path(name), content, { mode: 0o600 });
    return path(name);
  };
  const krb5Conf = write('krb5.conf', krb5ConfOf(kdcs, libdefaults));
  const env = {
    ...process.env,
    KRB5_CONFIG: krb5Conf,
    KRB5CCNAME: `FILE:${path('ccache')}`,
    // By default the replay cache is a file in a folder that outlives the test.
    KRB5RCACHENAME: `file2:${path('replay-cache')}`,
  };
  const config = await readKrb5Config({ KRB5_CONFIG: krb5Conf });
  return { krb5Conf, config, env, path, write };
}
