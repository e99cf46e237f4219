/** The mechanism kerberos: its limits, its errors, its encryption types. */
import { startRealmHere, useRealmForFile } from '@remctl/conformance';
import { Remctl, RemctlAuthenticationError, RemctlUnsupportedError } from '@remctl/core';
import { expect, test } from 'vitest';
import { createPureBackend } from '../../src/index.js';

const realm = await useRealmForFile();

const client = () => new Remctl(createPureBackend({ mechanism: 'kerberos' }));

/** Opens with this KRB5CCNAME, and returns the error. */
async function openWith(ccache: string): Promise<unknown> {
  const before = process.env.KRB5CCNAME;
  process.env.KRB5CCNAME = ccache;
  try {
    return await client()
      .open(realm.host, realm.port)
      .catch((error: unknown) => error);
  } finally {
    process.env.KRB5CCNAME = before;
  }
}

// Python README, "Remctl.set_ccache()": "If this operation is not supported, a RemctlError exception will be
// thrown".
test('a cache and a keytab are refused with a RemctlError that names KRB5CCNAME and krb5', () => {
  expect(() => client().setCcache(realm.ccache)).toThrow(RemctlUnsupportedError);
  expect(() => client().setCcache(realm.ccache)).toThrow(/KRB5CCNAME.*'krb5'/);
  const keytab = { keytab: realm.keytabs.client, clientPrincipal: 'alice' };
  expect(() => new Remctl(createPureBackend({ mechanism: 'kerberos' }), keytab)).toThrow(
    RemctlUnsupportedError,
  );
});

test('the error for a missing default cache, or an expired ticket in it, says to run kinit', async () => {
  const missing = await openWith(`FILE:${realm.folder}/no-such-cache`);
  expect(missing).toBeInstanceOf(RemctlAuthenticationError);
  expect(missing).toMatchObject({ message: expect.stringMatching(/kinit/) });
  const expired = await openWith(await realm.expiredCcache());
  expect(expired).toBeInstanceOf(RemctlAuthenticationError);
  expect(expired).toMatchObject({ message: expect.stringMatching(/expired.*kinit/is) });
});

test('a principal that the library takes for another one is refused before anything is sent', async () => {
  // domain_realm does not give this realm to the host, so the library would ask for the default realm's.
  const error = await client()
    .open(realm.host, realm.port, 'host/localhost@ELSEWHERE.TEST')
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(RemctlUnsupportedError);
  expect(error).toMatchObject({
    message: expect.stringMatching(/host\/localhost@REMCTL\.TEST, not .*ELSEWHERE/),
  });
});

test('a principal that is not service/host is refused, and the error names krb5', async () => {
  const error = await client()
    .open(realm.host, realm.port, `alice@${realm.name}`)
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(RemctlUnsupportedError);
  expect(error).toMatchObject({ message: expect.stringMatching(/service\/host.*'krb5'/) });
});

test.each([
  'aes128-cts-hmac-sha1-96',
  'aes128-cts-hmac-sha256-128',
  'aes256-cts-hmac-sha384-192',
] as const)('messages go both ways with %s', async (enctype) => {
  await using other = await startRealmHere({ enctype });
  await using open = client();
  await open.open(other.host, other.port);
  expect((await open.run(['test', 'whoami']).text()).stdout).toBe(`${other.principals.client}\n`);
  const long = new Uint8Array(200_000);
  expect((await open.run(['test', 'digest', long]).text()).stdout).toMatch(/^200000 /);
  expect(await open.noop()).toBe(true);
});
