/** MIT Kerberos's kinit, kvno, klist and kdestroy with a test KDC. */
import { runProgram } from '@remctl/realm';
import { expect, test } from 'vitest';
import type { KdcOptions, PrincipalOptions, TestKdc } from '../../src/index.js';
import { type KerberosFiles, kerberosFiles } from '../support/kerberos-files.js';
import { expectLasts, type Period } from '../support/lasts.js';
import { kdcForTest } from '../support/start.js';

const PASSWORD = 'only for tests';

interface Setting {
  readonly kdc: TestKdc;
  readonly files: KerberosFiles;
  /** Runs kinit for a principal with its password. */
  kinit(...args: readonly string[]): Promise<string>;
  kvno(...args: readonly string[]): Promise<string>;
  /** Returns the tickets that klist shows, with flags and types. */
  klist(): Promise<string>;
}

async function setting(
  options: KdcOptions = {},
  alice: PrincipalOptions = {},
  libdefaults?: readonly string[],
): Promise<Setting> {
  const kdc = await kdcForTest(options);
  kdc.addPrincipal('alice', { password: PASSWORD, ...alice });
  kdc.addPrincipal('host/server.example');
  const files = await kerberosFiles([kdc], libdefaults);
  return settingOf(kdc, files);
}

function settingOf(kdc: TestKdc, files: KerberosFiles): Setting {
  return {
    kdc,
    files,
    kinit: (...args) => runProgram('kinit', args, files.env, `${PASSWORD}\n`),
    kvno: (...args) => runProgram('kvno', args, files.env),
    klist: () => runProgram('klist', ['-e', '-f'], files.env),
  };
}

/** Returns the flags that klist shows for a service. */
function flagsOf(listing: string, service: string): string | undefined {
  const [, after = ''] = listing.split(`${service}@`);
  return /Flags: (\w+)/.exec(after)?.[1];
}

/** Returns the start and end that klist shows first. */
function periodOf(listing: string): Period {
  const [start = '', end = ''] =
    /\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d {2}.{17}/.exec(listing)?.[0].split('  ') ?? [];
  return { start: Date.parse(`${start}Z`) / 1000, end: Date.parse(`${end}Z`) / 1000 };
}

function lifetimeOf(listing: string): number {
  const { start, end } = periodOf(listing);
  return end - start;
}

test('a password gives a ticket that gives service tickets, and kdestroy ends it', async () => {
  const { kdc, files, kinit, kvno, klist } = await setting();
  await kinit('alice');
  expect(await kvno('host/server.example')).toBe('host/server.example@REMCTL.TEST: kvno = 1\n');
  const listing = await klist();
  expect(listing).toContain('Default principal: alice@REMCTL.TEST');
  expect(flagsOf(listing, 'krbtgt/REMCTL.TEST')).toBe('IA');
  expect(flagsOf(listing, 'host/server.example')).toBe('AT');
  expect(listing).toContain('Etype (skey, tkt): aes256-cts-hmac-sha1-96, aes256-cts-hmac-sha1-96');
  expect(kdc.requests.map(({ exchange, error }) => [exchange, error])).toEqual([
    ['AS', 'KDC_ERR_PREAUTH_REQUIRED'],
    ['AS', undefined],
    ['TGS', undefined],
  ]);
  await runProgram('kdestroy', [], files.env);
  await expect(klist()).rejects.toThrow('No credentials cache found');
});

test.each([
  'aes128-cts-hmac-sha1-96',
  'aes256-cts-hmac-sha1-96',
  'aes128-cts-hmac-sha256-128',
  'aes256-cts-hmac-sha384-192',
] as const)('all keys and tickets are of type %s', async (type) => {
  const { kdc, files, kinit, kvno, klist } = await setting({ encryptionTypes: [type] });
  await kinit('alice');
  await kvno('host/server.example');
  expect((await klist()).split(`Etype (skey, tkt): ${type}, ${type}`)).toHaveLength(3);
  const keytab = files.write('keytab', await kdc.keytab('alice'));
  await kinit('-k', '-t', keytab, 'alice');
});

test('the keytab has every type, and kinit takes each', async () => {
  const { kdc, files } = await setting();
  const keytab = files.write('keytab', await kdc.keytab(['alice', 'host/server.example']));
  const listing = await runProgram('klist', ['-k', '-e', keytab], files.env);
  expect(listing.match(/1 alice@REMCTL\.TEST \(aes.*\)/g)).toHaveLength(4);
  expect(listing.match(/1 host\/server\.example@REMCTL\.TEST \(aes.*\)/g)).toHaveLength(4);
  await runProgram('kinit', ['-k', '-t', keytab, 'host/server.example'], files.env);
});

test('a renewable, forwardable and proxiable ticket is renewed', async () => {
  const { kinit, kvno, klist } = await setting();
  const period = async () => periodOf(await klist());
  await expectLasts(3600, () => kinit('-l', '1h', '-r', '2d', '-f', '-p', 'alice'), period);
  await kvno('host/server.example');
  const before = await klist();
  expect(flagsOf(before, 'krbtgt/REMCTL.TEST')).toBe('FPRIA');
  expect(flagsOf(before, 'host/server.example')).toBe('FPRAT');
  await kinit('-R');
  const after = await klist();
  expect(flagsOf(after, 'krbtgt/REMCTL.TEST')).toBe('FPRIAT');
  expect(lifetimeOf(after)).toBe(lifetimeOf(before));
});

test('a ticket lasts as long as it is asked for, the KDC and the principals allow', async () => {
  const { kdc, kinit, kvno, klist } = await setting({ maxLifetime: 7200 });
  const period = async () => periodOf(await klist());
  await expectLasts(3600, () => kinit('-l', '1h', 'alice'), period);
  await kinit('-l', '1d', 'alice');
  // kinit takes a renewable ticket in place of a longer one.
  const renewable = await klist();
  expect(lifetimeOf(renewable)).toBe(7200);
  expect(flagsOf(renewable, 'krbtgt/REMCTL.TEST')).toBe('RIA');
  kdc.changePrincipal('alice', { maxLifetime: 600, maxRenewableLifetime: 600 });
  await kinit('-l', '1d', 'alice');
  const short = await klist();
  expect(lifetimeOf(short)).toBe(600);
  expect(flagsOf(short, 'krbtgt/REMCTL.TEST')).toBe('IA');
  kdc.addPrincipal('host/brief.example', { maxLifetime: 60 });
  await kvno('host/brief.example');
  expect(lifetimeOf((await klist()).split('krbtgt/')[1] ?? '')).toBe(60);
});

test('a client without pre-authentication gets a ticket that says so', async () => {
  const { kdc, kinit, klist } = await setting({}, { preauthentication: false });
  await kinit('alice');
  expect(flagsOf(await klist(), 'krbtgt/REMCTL.TEST')).toBe('I');
  expect(kdc.requests.map(({ error }) => error)).toEqual([undefined]);
});

test('a first ticket may be for a service', async () => {
  const { kinit, klist } = await setting();
  await kinit('-S', 'host/server.example', 'alice');
  expect(flagsOf(await klist(), 'host/server.example')).toBe('IA');
});

test.each([
  ['a wrong password', {}, ['alice'], 'Password incorrect'],
  [
    'an unknown client',
    {},
    ['nobody'],
    "Client 'nobody@REMCTL.TEST' not found in Kerberos database",
  ],
  ['a locked client', { locked: true }, ['alice'], 'credentials have been revoked'],
  [
    'an unknown service',
    {},
    ['-S', 'host/unknown', 'alice'],
    'Server not found in Kerberos database',
  ],
  ['anonymity', {}, ['-n', '@REMCTL.TEST'], 'not found in Kerberos database'],
  ['a later start', {}, ['-s', '2h', 'alice'], "KDC can't fulfill requested option"],
] as const)('kinit says what is wrong with %s', async (_, alice, args, text) => {
  const { kdc, kinit } = await setting({}, alice);
  if (text === 'Password incorrect') {
    kdc.changeKey('alice', { password: 'another' });
  }
  await expect(kinit(...args)).rejects.toThrow(text);
});

test('kinit says that a password has expired', async () => {
  const { kdc, files, kinit } = await setting({}, { passwordExpired: true });
  const keytab = files.write('keytab', await kdc.keytab('alice'));
  await expect(kinit('-k', '-t', keytab, 'alice')).rejects.toThrow('Password has expired');
});

test('kinit says that no encryption type is shared', async () => {
  const { kinit } = await setting({ encryptionTypes: ['aes128-cts-hmac-sha1-96'] }, {}, [
    'permitted_enctypes = aes256-cts-hmac-sha1-96',
  ]);
  await expect(kinit('alice')).rejects.toThrow('KDC has no support for encryption type');
});

test.each([3_600_000, -3_600_000])(
  'a clock %d ms ahead is told, or made up for',
  async (skewMs) => {
    const strict = await setting({ skewMs }, {}, ['kdc_timesync = 0']);
    await expect(strict.kinit('alice')).rejects.toThrow('Clock skew too great');
    const lenient = await setting({ skewMs });
    await lenient.kinit('alice');
    await lenient.kvno('host/server.example');
  },
);

test('kvno says what is wrong', async () => {
  const { kdc, kinit, kvno } = await setting();
  await kinit('-l', '1h', 'alice');
  await expect(kvno('host/unknown.example')).rejects.toThrow('not found in Kerberos database');
  kdc.addPrincipal('host/locked.example', { locked: true });
  await expect(kvno('host/locked.example')).rejects.toThrow('not found in Kerberos database');
  kdc.skewMs = 3_600_000 * 2;
  await expect(kvno('host/server.example')).rejects.toThrow(/Ticket expired|Clock skew/);
});

test('kinit says that a ticket cannot be renewed', async () => {
  const { kinit } = await setting();
  await kinit('alice');
  await expect(kinit('-R')).rejects.toThrow("KDC can't fulfill requested option while renewing");
});

test('answers that are too big for UDP come by TCP', async () => {
  const { kdc, kinit, kvno } = await setting({ maxUdpAnswer: 200 });
  await kinit('alice');
  await kvno('host/server.example');
  const issued = kdc.requests.filter(({ error }) => error === undefined);
  expect(
    issued.filter(({ transport }) => transport === 'tcp').map(({ exchange }) => exchange),
  ).toEqual(['AS', 'TGS']);
});

test.each(['udp', 'tcp'] as const)('kinit asks by %s alone', async (transport) => {
  const limit = transport === 'tcp' ? 0 : 32_000;
  const { kdc, kinit, kvno } = await setting({}, {}, [`udp_preference_limit = ${limit}`]);
  await kinit('alice');
  await kvno('host/server.example');
  expect(new Set(kdc.requests.map((record) => record.transport))).toEqual(new Set([transport]));
});

test('old keys open old tickets, and new tickets have new keys', async () => {
  const { kdc, files, kinit, kvno } = await setting();
  await kinit('alice');
  expect(kdc.changeKey('krbtgt/REMCTL.TEST')).toBe(2);
  expect(kdc.changeKey('host/server.example')).toBe(2);
  expect(await kvno('host/server.example')).toContain('kvno = 2');
  await kinit('alice');
  const versions = async (oldKeys: boolean) => {
    const keytab = files.write('keytab', await kdc.keytab('host/server.example', { oldKeys }));
    const listing = await runProgram('klist', ['-k', keytab], files.env);
    return new Set(listing.match(/^ +\d+/gm)?.map(Number));
  };
  expect(await versions(false)).toEqual(new Set([2]));
  expect(await versions(true)).toEqual(new Set([2, 1]));
});

test('caches that were made without the network work as kinit made them', async () => {
  const { kdc, files, kvno, klist } = await setting();
  files.write(
    'ccache',
    await kdc.ccache('alice', {
      renewable: 86_400,
      forwardable: true,
      services: ['host/server.example'],
    }),
  );
  const listing = await klist();
  expect(listing).toContain('Default principal: alice@REMCTL.TEST');
  expect(flagsOf(listing, 'krbtgt/REMCTL.TEST')).toBe('FRIA');
  expect(flagsOf(listing, 'host/server.example')).toBe('FRAT');
  expect(lifetimeOf(listing)).toBe(36_000);
  await kvno('host/server.example');
  expect(kdc.requests).toEqual([]);
  kdc.addPrincipal('host/other.example');
  await kvno('host/other.example');
  expect(kdc.requests).toHaveLength(1);
});

test('an expired cache and one of the future are told by klist, kvno and the KDC', async () => {
  const { kdc, files, kvno } = await setting();
  files.write('ccache', await kdc.ccache('alice', { lifetime: -60 }));
  await expect(runProgram('klist', ['-s'], files.env)).rejects.toThrow();
  await expect(kvno('host/server.example')).rejects.toThrow('Ticket expired');
  const starttime = new Date(Date.now() + 3_600_000);
  files.write('ccache', await kdc.ccache('alice', { starttime }));
  await expect(kvno('host/server.example')).rejects.toThrow('Ticket not yet valid');
});

test('a service of a trusted realm is found by referral, and by name', async () => {
  const kdc = await kdcForTest({ realm: 'A.TEST' });
  const other = await kdcForTest({ realm: 'B.TEST', encryptionTypes: ['aes128-cts-hmac-sha1-96'] });
  kdc.trust(other);
  kdc.addPrincipal('alice', { password: PASSWORD });
  other.addPrincipal('bob', { password: PASSWORD });
  other.addPrincipal('host/there.example');
  const { kinit, kvno, klist } = settingOf(kdc, await kerberosFiles([kdc, other]));
  await kinit('alice');
  expect(await kvno('host/there.example')).toContain('host/there.example@A.TEST: kvno = 1');
  expect(await klist()).toContain('Ticket server: host/there.example@B.TEST');
  await kinit('alice');
  await kvno('host/there.example@B.TEST');
  const listing = await klist();
  expect(flagsOf(listing, 'krbtgt/B.TEST')).toBe('AT');
  expect(flagsOf(listing, 'host/there.example')).toBe('AT');
  expect(other.requests.at(-1)).toMatchObject({ client: 'alice@A.TEST', error: undefined });
  // kinit -C finds the realm of a client that its own realm does not know.
  await kinit('-C', 'bob');
  expect(await klist()).toContain('Default principal: bob@B.TEST');
  expect(kdc.requests.at(-1)).toMatchObject({ error: 'KDC_ERR_WRONG_REALM' });
  // And the trust goes the other way too.
  kdc.addPrincipal('host/here.example');
  await kvno('host/here.example@A.TEST');
});
