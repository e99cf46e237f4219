/** The keys of a keytab that a client logs in with, compared with kinit. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { locateCcache } from '../../src/ccache/ccache-name.js';
import { ticketSource } from '../../src/client/source-of-credentials.js';
import { EncryptionKey } from '../../src/crypto/encryption-key.js';
import { etypeName } from '../../src/crypto/etypes.js';
import { LocalErrorCode } from '../../src/error-codes.js';
import { createKrb5State } from '../../src/gss/krb5-state.js';
import { decodeKeytab } from '../../src/keytab/decode.js';
import type { KeytabEntry } from '../../src/keytab/keytab.js';
import { encodeKeytab } from '../../src/testing/keytab-encoder.js';
import { configOf, ENCTYPES } from '../support/realm-files.js';
import { useTemporaryFiles } from '../support/temporary-files.js';
import { useRealm } from '../support/use-realm.js';

const [AES128, AES256, AES128_SHA2, AES256_SHA2] = ENCTYPES;

/** The realm's krbtgt has a key of one type; the clients have keys of others. */
const realm = useRealm({ enctype: AES256 });
const files = useTemporaryFiles();

beforeAll(async () => {
  // The realm's configuration permits one type. Here KDC and clients may use all.
  const text = readFileSync(realm.krb5Conf, 'utf8');
  writeFileSync(realm.krb5Conf, text.replace(/^ *permitted_enctypes.*$/m, ''));
  await realm.stopKdc();
  await realm.startKdc();
});

/** Adds a client with keys of these types, and returns the keytab. */
async function addClient(name: string, ...types: readonly string[]): Promise<string> {
  const keytab = join(realm.folder, `${name}.keytab`);
  const list = types.map((type) => `${type}:normal`).join(',');
  await realm.kadmin(`addprinc -randkey -e ${list} +requires_preauth ${name}`);
  await realm.kadmin(`ktadd -e ${list} -k ${keytab} ${name}`);
  return keytab;
}

/** Logs in with a keytab, and returns the type of the ticket's session key. */
async function logIn(keytab: string, clientPrincipal: string): Promise<string> {
  const config = await configOf(realm);
  const credentials = { type: 'keytab', keytab, clientPrincipal } as const;
  const source = await ticketSource(credentials, config, createKrb5State());
  return etypeName((await source.tgt(config, undefined)).key.etype);
}

/** Does the same with kinit. */
async function kinit(keytab: string, clientPrincipal: string): Promise<string> {
  const ccache = files.path('ccache');
  execFileSync('kinit', ['-k', '-t', keytab, '-c', ccache, clientPrincipal], {
    env: realm.env,
    stdio: 'pipe',
  });
  const { ccache: read } = await locateCcache(ccache).read();
  return etypeName(read.credentials[0]?.key.etype ?? 0);
}

/** Writes a keytab with the entries that `edit` makes of another keytab's. */
function edited(keytab: string, edit: (entries: readonly KeytabEntry[]) => KeytabEntry[]): string {
  return files.write('keytab', encodeKeytab(edit(decodeKeytab(readFileSync(keytab)).entries)));
}

test.each([AES128, AES128_SHA2, AES256_SHA2])(
  'a client with a %s key alone gets a ticket whose session key is of another type',
  async (type) => {
    const name = `only-${type}`;
    const keytab = await addClient(name, type);
    expect(await kinit(keytab, name)).toBe(AES256);
    expect(await logIn(keytab, name)).toBe(AES256);
  },
);

test('the newest keys count, also if an older one is of a better type', async () => {
  const keytab = await addClient('rekeyed', AES256);
  await realm.kadmin(`ktadd -e ${AES128}:normal -k ${keytab} rekeyed`);
  expect(decodeKeytab(readFileSync(keytab)).entries).toHaveLength(2);
  expect(await kinit(keytab, 'rekeyed')).toBe(AES256);
  expect(await logIn(keytab, 'rekeyed')).toBe(AES256);
});

test.each([0, 1, 255, 256, 300, 70_000])('a key of version %i logs in', async (kvno) => {
  const name = `version-${kvno}`;
  const keytab = await addClient(name, AES256, AES128);
  const changed = edited(keytab, (entries) => entries.map((entry) => ({ ...entry, kvno })));
  expect(await kinit(changed, name)).toBe(AES256);
  expect(await logIn(changed, name)).toBe(AES256);
});

test('of keys from before and after 256 changes, the newer one logs in', async () => {
  const keytab = await addClient('wrapped', AES256);
  const changed = edited(keytab, ([own]) => {
    const now = own ?? expect.fail('no entry');
    const key = new EncryptionKey(now.key.etype, Buffer.from(now.key.value).fill(7));
    return [
      { ...now, kvno: 255, key },
      { ...now, kvno: 256 },
    ];
  });
  expect(await kinit(changed, 'wrapped')).toBe(AES256);
  expect(await logIn(changed, 'wrapped')).toBe(AES256);
});

/** The errors of a keytab that has no key of the type that the KDC's only key has. */
const otherType = expect.objectContaining({
  code: LocalErrorCode.KRB5_KT_NOTFOUND,
  message: expect.stringMatching(new RegExp(`no ${AES128} key of .*its types are ${AES256}`)),
});

test.each(['+requires_preauth', '-requires_preauth'])(
  'a keytab without the type of the only key that the KDC has: an error names both (%s)',
  async (preauth) => {
    const name = `other-type${preauth}`;
    const keytab = await addClient(name, AES256);
    await realm.kadmin(`cpw -randkey -e ${AES128}:normal ${name}`);
    await realm.kadmin(`modprinc ${preauth} ${name}`);
    await expect(logIn(keytab, name)).rejects.toEqual(otherType);
  },
);
