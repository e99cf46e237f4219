/** Heimdal's kinit, kgetcred, klist and kdestroy with a test KDC. */
import { heimdalLibraries, type Program, runProgram } from '@remctl/realm';
import { expect, test } from 'vitest';
import type { KdcOptions, TestKdc } from '../../src/index.js';
import { type KerberosFiles, kerberosFiles } from '../support/kerberos-files.js';
import { expectLasts } from '../support/lasts.js';
import { kdcForTest } from '../support/start.js';

const PASSWORD = 'only for tests';

interface Setting {
  readonly kdc: TestKdc;
  readonly files: KerberosFiles;
  run(program: Program, ...args: readonly string[]): Promise<string>;
  /** Runs kinit for a principal with its password. */
  kinit(...args: readonly string[]): Promise<string>;
}

async function setting(
  options: KdcOptions = {},
  libdefaults?: readonly string[],
  others: readonly TestKdc[] = [],
): Promise<Setting> {
  const kdc = await kdcForTest(options);
  kdc.addPrincipal('alice', { password: PASSWORD });
  kdc.addPrincipal('host/server.example');
  const files = await kerberosFiles([kdc, ...others], libdefaults);
  const env = { ...files.env, LD_LIBRARY_PATH: heimdalLibraries() };
  const password = files.write('password', `${PASSWORD}\n`);
  const run = (program: Program, ...args: readonly string[]) => runProgram(program, args, env);
  const kinit = (...args: readonly string[]) =>
    run('heimdal-kinit', `--password-file=${password}`, ...args);
  return { kdc, files, run, kinit };
}

test('a password gives a ticket that gives service tickets, and kdestroy ends it', async () => {
  const { run, kinit } = await setting();
  await kinit('alice');
  await run('heimdal-kgetcred', 'host/server.example');
  const listing = await run('heimdal-tools', 'klist', '-v');
  expect(listing).toContain('Principal: alice@REMCTL.TEST');
  expect(listing).toMatch(
    /Server: krbtgt\/REMCTL\.TEST@REMCTL\.TEST[\s\S]*Ticket flags: .*pre-authent, initial/,
  );
  expect(listing).toMatch(
    /Server: host\/server\.example@REMCTL\.TEST[\s\S]*transited-policy-checked/,
  );
  await run('heimdal-kdestroy');
  await expect(run('heimdal-tools', 'klist', '-t')).rejects.toThrow();
});

test.each([
  'aes128-cts-hmac-sha1-96',
  'aes256-cts-hmac-sha1-96',
  'aes128-cts-hmac-sha256-128',
  'aes256-cts-hmac-sha384-192',
] as const)('all keys and tickets are of type %s', async (type) => {
  const { kdc, files, run, kinit } = await setting({ encryptionTypes: [type] }, [
    `permitted_enctypes = ${type}`,
    `default_etypes = ${type}`,
    `default_tgs_enctypes = ${type}`,
  ]);
  await kinit('alice');
  await run('heimdal-kgetcred', 'host/server.example');
  expect(await run('heimdal-tools', 'klist', '-v')).toContain(`Ticket etype: ${type}`);
  const keytab = files.write('keytab', await kdc.keytab('alice'));
  await run('heimdal-kinit', '-k', '-t', keytab, 'alice');
});

test('a renewable and forwardable ticket is renewed', async () => {
  const { run, kinit } = await setting();
  await kinit('-l', '1h', '-r', '2d', '-f', 'alice');
  await run('heimdal-kinit', '-R');
  expect(await run('heimdal-tools', 'klist', '-v')).toMatch(
    /Ticket flags: .*initial, renewable, .*forwardable/,
  );
});

test('a ticket lasts as long as it is asked for, and no longer than the KDC allows', async () => {
  const { run, kinit } = await setting({ maxLifetime: 3600 });
  const period = async () => {
    const listing = await run('heimdal-tools', 'klist', '-v');
    const time = (label: string) =>
      Date.parse(new RegExp(`${label}: +(.*)`).exec(listing)?.[1] ?? '') / 1000;
    return { start: time('Start time') || time('Auth time'), end: time('End time') };
  };
  await expectLasts(600, () => kinit('-l', '10m', 'alice'), period);
  await kinit('-l', '1d', 'alice');
  const { start, end } = await period();
  expect(end - start).toBe(3600);
});

test('kinit and kgetcred say what is wrong', async () => {
  const { kdc, run, kinit } = await setting();
  await expect(kinit('nobody')).rejects.toThrow(
    /is not a principal of this KDC|not found|unknown/i,
  );
  await kinit('alice');
  await expect(run('heimdal-kgetcred', 'host/unknown.example')).rejects.toThrow(
    /is not a principal of this KDC|not found|unknown/i,
  );
  kdc.changeKey('alice', { password: 'another' });
  await expect(kinit('alice')).rejects.toThrow('Password incorrect');
  kdc.changePrincipal('alice', { locked: true });
  await expect(kinit('alice')).rejects.toThrow('alice@REMCTL.TEST is locked');
  kdc.changePrincipal('alice', { locked: false, passwordExpired: true });
  await expect(kinit('alice')).rejects.toThrow(/expired/i);
});

test('answers that are too big for UDP come by TCP', async () => {
  const { kdc, run, kinit } = await setting({ maxUdpAnswer: 200 });
  await kinit('alice');
  await run('heimdal-kgetcred', 'host/server.example');
  expect(kdc.requests.at(-1)).toMatchObject({ transport: 'tcp', error: undefined });
});

test('a service of a trusted realm is found by referral, and by name', async () => {
  const other = await kdcForTest({ realm: 'B.TEST' });
  other.addPrincipal('host/there.example');
  const { kdc, run, kinit } = await setting({ realm: 'A.TEST' }, [], [other]);
  kdc.trust(other);
  await kinit('alice');
  await run('heimdal-kgetcred', '--canonicalize', 'host/there.example');
  await kinit('alice');
  await run('heimdal-kgetcred', 'host/there.example@B.TEST');
  expect(other.requests.map(({ client, error }) => [client, error])).toEqual([
    ['alice@A.TEST', undefined],
    ['alice@A.TEST', undefined],
  ]);
});

test('caches that were made without the network work as kinit made them', async () => {
  const { kdc, files, run } = await setting();
  files.write('ccache', await kdc.ccache('alice', { services: ['host/server.example'] }));
  await run('heimdal-tools', 'klist', '-t');
  await run('heimdal-kgetcred', 'host/server.example');
  expect(kdc.requests).toEqual([]);
  files.write('ccache', await kdc.ccache('alice', { lifetime: -60 }));
  await expect(run('heimdal-tools', 'klist', '-t')).rejects.toThrow();
});
