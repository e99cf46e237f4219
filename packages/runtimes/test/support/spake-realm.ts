/** A realm whose KDC takes SPAKE alone: a client needs the code that is loaded on demand. */
import { join } from 'node:path';
import { type Realm, startRealm } from '@remctl/realm';

const CLIENT = 'bundled';

export interface SpakeRealm extends AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
  /** Returns the argument of the fixture `application`: a command that prints `OUTPUT`. */
  readonly job: (more?: { backend?: string; mechanism?: string }) => string;
}

/** What the application prints. */
export const OUTPUT = 'out of a bundle\n';

export async function startSpakeRealm(): Promise<SpakeRealm> {
  const realm: Realm = await startRealm({
    libdefaults: ['spake_preauth_groups = edwards25519'],
    kdcConf: ['[plugins]', '  kdcpreauth = {', '    disable = encrypted_timestamp', '  }'],
  });
  const keytab = join(realm.folder, 'bundled.keytab');
  await realm.kadmin(`addprinc -randkey +requires_preauth ${CLIENT}`);
  await realm.kadmin(`ktadd -norandkey -k ${keytab} ${CLIENT}`);
  const { host, port } = realm;
  const command = ['echo', OUTPUT.trim()];
  return {
    // The package manager sets NODE_PATH to every package of the workspace.
    env: { ...realm.env, NODE_PATH: '' },
    job: (more) =>
      JSON.stringify({ host, port, keytab, clientPrincipal: CLIENT, command, ...more }),
    [Symbol.asyncDispose]: () => realm.dispose(),
  };
}
