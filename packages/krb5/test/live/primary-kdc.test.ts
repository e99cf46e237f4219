/** Initial tickets while a replica of the KDC lags behind the primary one. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort, writeKrb5Conf } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Credentials } from '../../src/client/credentials.js';
import { type Krb5Config, readKrb5Config } from '../../src/config/krb5-config.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { newKeytabClient } from '../support/credentials.js';
import { type DnsRecord, startDnsServer } from '../support/dns-server.js';
import { countInKdcLog, editedConfig } from '../support/realm-files.js';
import { type Replica, startReplica } from '../support/replica.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
let replica: Replica;
beforeAll(async () => {
  await realm.kadmin('addprinc -pw yesterday +requires_preauth changed');
  await newKeytabClient(realm, 'rekeyed');
  await newKeytabClient(realm, 'sealed', '-requires_preauth');
  replica = await startReplica(realm);
  await realm.kadmin('cpw -pw today changed');
  await realm.kadmin('addprinc -pw secret new');
  for (const client of ['rekeyed', 'sealed']) {
    await realm.kadmin(`ktadd -k ${realm.folder}/${client}-today.keytab ${client}`);
  }
});
afterAll(() => replica[Symbol.asyncDispose]());

const password = (clientPrincipal: string, password: string): Credentials => ({
  type: 'password',
  password,
  clientPrincipal,
});
const keytab = (clientPrincipal: string): Credentials => ({
  type: 'keytab',
  keytab: `${realm.folder}/${clientPrincipal}-today.keytab`,
  clientPrincipal,
});
/** Asks the replica first; `lines` are more lines for the realm. */
const conf = (...lines: readonly string[]): string =>
  writeKrb5Conf(realm, { kdcs: [[replica.kdc, ...lines].join('\n    ')] });
const primary = (name = 'primary_kdc', port = realm.kdcPort) => `${name} = 127.0.0.1:${port}`;
const open = (config: Krb5Config, credentials: Credentials) =>
  createInitiatorContext({ host: 'localhost', credentials, config }).step();

/** Returns `ticket`, or what kinit said. */
async function kinit(file: string, credentials: Credentials): Promise<string> {
  const { clientPrincipal } = credentials as { readonly clientPrincipal: string };
  const keys = credentials.type === 'keytab' ? ['-k', '-t', credentials.keytab] : [];
  const cache = `FILE:${realm.folder}/kinit-cache`;
  const running = promisify(execFile)('kinit', ['-c', cache, ...keys, clientPrincipal], {
    env: { ...realm.env, KRB5_CONFIG: file },
  });
  running.child.stdin?.end(credentials.type === 'password' ? `${credentials.password}\n` : '');
  return running.then(
    () => 'ticket',
    (error: { readonly stderr: string }) => error.stderr,
  );
}

const CLIENTS: readonly (readonly [string, () => Credentials])[] = [
  ['a new key of a keytab', () => keytab('rekeyed')],
  ['a new key of a keytab, without preauthentication', () => keytab('sealed')],
  ['a new password', () => password('changed', 'today')],
  ['a new principal', () => password('new', 'secret')],
];

describe.each(['primary_kdc', 'master_kdc'])('%s in krb5.conf', (name) => {
  test.each(CLIENTS)('gives a ticket for %s, as for kinit', async (_what, credentials) => {
    const file = conf(primary(name));
    expect(await kinit(file, credentials())).toBe('ticket');
    await open(await readKrb5Config({ KRB5_CONFIG: file }), credentials());
  });
});

test.each(CLIENTS)(
  'the replica’s error stands for %s if no primary KDC is named, or if it is down',
  async (_what, credentials) => {
    const answers = await Promise.all(
      [conf(), conf(primary('primary_kdc', await freePort()))].map(async (file) => {
        expect(await kinit(file, credentials())).not.toBe('ticket');
        const config = await readKrb5Config({ KRB5_CONFIG: file });
        return open(config, credentials()).catch(({ name }: Error) => name);
      }),
    );
    expect(answers[0]).toMatch(
      /^(KDC_ERR_PREAUTH_FAILED|KDC_ERR_C_PRINCIPAL_UNKNOWN|KRB_AP_ERR_BAD_INTEGRITY)$/,
    );
    expect(answers[1]).toBe(answers[0]);
  },
);

test('the primary KDC’s error is the one that counts', async () => {
  const file = conf(primary());
  expect(await kinit(file, password('new', 'wrong'))).toContain('Password incorrect');
  const config = await readKrb5Config({ KRB5_CONFIG: file });
  await expect(open(config, password('new', 'wrong'))).rejects.toMatchObject({
    name: 'KRB_AP_ERR_BAD_INTEGRITY',
  });
});

test('a primary KDC that has refused is not asked again', async () => {
  const config = await editedConfig(realm, (text) =>
    text.replace(/^( +)kdc = (.*)$/m, '$1kdc = $2\n$1primary_kdc = $2'),
  );
  const refusals = () => countInKdcLog(realm, /PREAUTH_FAILED: changed@/);
  const before = refusals();
  await expect(open(config, password('changed', 'wrong'))).rejects.toMatchObject({
    name: 'KDC_ERR_PREAUTH_FAILED',
  });
  expect(refusals()).toBe(before + 1);
});

test('a replica that serves is asked first again', async () => {
  const config = await readKrb5Config({ KRB5_CONFIG: conf(primary()) });
  await open(config, password('changed', 'today'));
  const asked = replica.asked();
  await open(config, password('new', 'secret'));
  expect(replica.asked()).toBeGreaterThan(asked);
});

test('DNS names the primary KDC in _kerberos-master if krb5.conf does not', async () => {
  const at: DnsRecord = { type: 'SRV', target: 'localhost', port: realm.kdcPort };
  const server = await startDnsServer({ '_kerberos-master._udp.remctl.test': [at] });
  onTestFinished(() => server.close());
  const config = await editedConfig(realm, (text) =>
    text.replace(/^( +)kdc = .*$/m, `$1kdc = ${replica.kdc}`).replace('dns_lookup_kdc = false', ''),
  );
  await open(config, password('new', 'secret'));
  expect(server.questions).toContain('SRV _kerberos-master._udp.remctl.test');
});

test('the replica’s error stands if DNS fails', async () => {
  const server = await startDnsServer({}, { fail: true });
  onTestFinished(() => server.close());
  const config = await editedConfig(realm, (text) =>
    text.replace(/^( +)kdc = .*$/m, `$1kdc = ${replica.kdc}`).replace('dns_lookup_kdc = false', ''),
  );
  await expect(open(config, password('new', 'secret'))).rejects.toMatchObject({
    name: 'KDC_ERR_C_PRINCIPAL_UNKNOWN',
  });
});
