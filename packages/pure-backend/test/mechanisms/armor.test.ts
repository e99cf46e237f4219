/** The armor of a backend, with a KDC that takes logins inside FAST alone. */
import { Remctl, RemctlAuthenticationError } from '@remctl/core';
import { type Realm, startRealm } from '@remctl/realm';
import { beforeAll, expect, test } from 'vitest';
import { createPureBackend, type PureBackendOptions } from '../../src/index.js';

let realm: Realm;
beforeAll(async () => {
  realm = await startRealm({
    kdcConf: ['[plugins]', '  kdcpreauth = {', '    disable = encrypted_timestamp', '  }'],
  });
  await realm.kadmin('modprinc +requires_preauth alice');
  realm.useHere();
  return () => realm.dispose();
});

async function open(options: PureBackendOptions, more: object): Promise<void> {
  const credentials = { password: realm.passwords.client, clientPrincipal: 'alice' };
  await using client = new Remctl(createPureBackend(options), { ...credentials, ...more });
  await client.open(realm.host, realm.port);
}

test('the armor of a backend protects the login with a password', async () => {
  await open({ armor: { type: 'ccache', ccache: realm.otherCcache } }, {});
});

test('the host’s keytab may give the armor', async () => {
  const { server: keytab } = realm.keytabs;
  await open({ armor: { type: 'keytab', keytab, clientPrincipal: 'host/localhost' } }, {});
});

test('without armor the error says how to give one', async () => {
  await expect(open({}, { timeout: 4 })).rejects.toMatchObject({
    name: RemctlAuthenticationError.name,
    message: expect.stringContaining('armor ticket for FAST'),
  });
});
