/** permitted_enctypes, with a KDC that supports more types. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { serviceTicket } from '../../src/client/service-ticket.js';
import { ticketSource } from '../../src/client/source-of-credentials.js';
import { Etype } from '../../src/crypto/index.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { processState } from '../../src/gss/krb5-state.js';
import { parsePrincipal } from '../../src/principal.js';
import { variantConfig } from '../support/realm-files.js';
import { whoami } from '../support/remctl.js';
import { useRealm } from '../support/use-realm.js';

const AES256 = 'aes256-cts-hmac-sha1-96';
const AES128 = 'aes128-cts-hmac-sha1-96';

const realm = useRealm();
beforeAll(async () => {
  // Of several values the first counts. The KDC may use both types from now on.
  const text = readFileSync(realm.krb5Conf, 'utf8');
  writeFileSync(realm.krb5Conf, text.replace(AES256, `${AES256} ${AES128}`));
  await realm.stopKdc();
  await realm.startKdc();
  await realm.kadmin(`addprinc -pw secret -e ${AES256}:normal,${AES128}:normal both`);
  await realm.kadmin('addprinc -randkey only256');
  await realm.kadmin(`ktadd -k ${join(realm.folder, 'only256.keytab')} only256`);
  await realm.kadmin(`setstr ${realm.principals.server} session_enctypes "${AES256} ${AES128}"`);
  await realm.kadmin(`setstr krbtgt/${realm.name} session_enctypes "${AES256} ${AES128}"`);
});

const permitting = (types: string) =>
  variantConfig(realm, { libdefaults: [`permitted_enctypes = ${types}`] });

test.each([
  [AES128, Etype.AES128_CTS_HMAC_SHA1_96],
  [AES256, Etype.AES256_CTS_HMAC_SHA1_96],
  [`${AES128} ${AES256}`, Etype.AES128_CTS_HMAC_SHA1_96],
])('permitted_enctypes = %s chooses the type of session keys', async (types, etype) => {
  const config = await permitting(types);
  const credentials = { type: 'password', password: 'secret', clientPrincipal: 'both' } as const;
  const source = await ticketSource(credentials, config, processState);
  const server = parsePrincipal(realm.principals.server);
  expect((await source.tgt(config, undefined)).key.etype).toBe(etype);
  expect((await serviceTicket(source, server, config, undefined)).key.etype).toBe(etype);
  const options = { host: 'localhost', credentials, config };
  expect(await whoami(realm.port, options)).toBe(`both@${realm.name}`);
});

test('a cached ticket of a type that is not permitted is ignored', async () => {
  const ccache = await realm.kinit();
  execFileSync('kvno', ['-e', AES256, '-c', ccache, realm.principals.server], { env: realm.env });
  const credentials = { type: 'ccache', ccache } as const;
  const server = parsePrincipal(realm.principals.server);
  for (const [types, etype] of [
    [AES256, Etype.AES256_CTS_HMAC_SHA1_96],
    [AES128, Etype.AES128_CTS_HMAC_SHA1_96],
  ] as const) {
    const config = await permitting(types);
    const source = await ticketSource(credentials, config, processState);
    expect((await serviceTicket(source, server, config, undefined)).key.etype).toBe(etype);
  }
});

test('a keytab without a permitted type is an error', async () => {
  const config = await permitting(AES128);
  const keytab = join(realm.folder, 'only256.keytab');
  const credentials = { type: 'keytab', keytab, clientPrincipal: 'only256' } as const;
  await expect(
    createInitiatorContext({ host: 'localhost', credentials, config }).step(),
  ).rejects.toMatchObject({
    name: 'KRB5_KT_NOTFOUND',
    message: expect.stringMatching(/of a permitted type: it has aes256.*, and aes128.* would do/),
  });
});

test('a KDC without a permitted type is an error', async () => {
  const config = await permitting('aes256-cts-hmac-sha384-192');
  const credentials = { type: 'password', password: 'secret', clientPrincipal: 'both' } as const;
  await expect(
    createInitiatorContext({ host: 'localhost', credentials, config }).step(),
  ).rejects.toMatchObject({
    name: 'KDC_ERR_ETYPE_NOSUPP',
    message: expect.stringContaining('no encryption type in common'),
  });
});

test.each(['des-cbc-crc', 'arcfour-hmac'])('permitted_enctypes = %s is refused', async (types) => {
  const config = await permitting(types);
  const credentials = { type: 'ccache', ccache: realm.ccache } as const;
  await expect(
    createInitiatorContext({ host: 'localhost', credentials, config }).step(),
  ).rejects.toThrow(types);
});
