/** The errors of the mechanism krb5. */
import { useRealmForFile } from '@remctl/conformance';
import { Remctl, RemctlAuthenticationError } from '@remctl/core';
import { expect, test } from 'vitest';
import { createPureBackend } from '../../src/index.js';

const realm = await useRealmForFile();

test("the error for a KDC's refusal carries RFC 4120's name and number, and says what to do", async () => {
  const client = new Remctl(createPureBackend());
  const open = client.open(realm.host, realm.port, realm.principals.unknownServer);
  const error = await open.catch((e: unknown) => e);
  expect(error).toBeInstanceOf(RemctlAuthenticationError);
  expect(error).toMatchObject({
    message: expect.stringMatching(/check .* principal.*\[KDC_ERR_S_PRINCIPAL_UNKNOWN, 7\]$/),
    cause: { name: 'KDC_ERR_S_PRINCIPAL_UNKNOWN', code: 7 },
  });
});

test.each(['KEYRING:persistent:0', 'API:'])(
  'the error for the cache %s names the backend that can read it',
  async (ccache) => {
    const client = new Remctl(createPureBackend());
    client.setCcache(ccache);
    await expect(client.open(realm.host, realm.port)).rejects.toThrow(
      /kinit -c FILE:.*createClient\('native'\), or remctl --backend native$/,
    );
  },
);
