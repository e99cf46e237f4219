/** Tickets of an Active Directory domain, compared with kinit and the C client. */
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exportKeys, sambaRuns, writeKrb5Conf } from '@remctl/realm';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Credentials } from '../../src/client/credentials.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import type { InitiatorOptions } from '../../src/gss/initiator.js';
import { createKrb5State } from '../../src/gss/krb5-state.js';
import { shiftClock } from '../support/clock.js';
import { freshCache } from '../support/credentials.js';
import { fillDirectory, LOCKOUT_THRESHOLD, PASSWORD } from '../support/directory.js';
import { configOf, editedConfig, variantConfig } from '../support/realm-files.js';
import { whoami } from '../support/remctl.js';
import { useTemporaryFiles } from '../support/temporary-files.js';
import { testTickets } from '../support/tickets-of-kdc.js';
import { useRealm } from '../support/use-realm.js';

const execute = promisify(execFile);
const files = useTemporaryFiles();
const ENCTYPES = ['aes128-cts-hmac-sha1-96', 'aes256-cts-hmac-sha1-96'] as const;

afterEach(() => {
  vi.restoreAllMocks();
});

describe.runIf(sambaRuns()).each(ENCTYPES)('an Active Directory with keys of %s', (enctype) => {
  testTickets(useRealm({ kdc: 'samba', enctype }));
});

describe.runIf(sambaRuns())('an Active Directory', () => {
  const realm = useRealm({ kdc: 'samba' });
  let config: Krb5Config;
  let canonical: Krb5Config;
  /** Keys of the computer WORK$ and of its service host/work. */
  let workKeytab: string;
  beforeAll(async () => {
    config = await configOf(realm);
    canonical = await variantConfig(realm, { libdefaults: ['canonicalize = true'] });
    await fillDirectory(realm);
    workKeytab = join(realm.folder, 'work.keytab');
    await exportKeys(realm, workKeytab, ['WORK$', 'host/work']);
  });

  const pathOf = ({ profile }: Krb5Config) => profile.files[0]?.path ?? '';
  const password = (clientPrincipal: string, secret = PASSWORD) =>
    ({ type: 'password', password: secret, clientPrincipal }) as const;

  /** Runs kinit and the C client. Returns the client as remctld sees it, or what failed. */
  async function reference(own: Krb5Config, input: string, ...args: readonly string[]) {
    const cache = files.path('reference');
    const env = { ...process.env, KRB5_CONFIG: pathOf(own), KRB5CCNAME: `FILE:${cache}` };
    try {
      const running = execute('kinit', args, { env });
      // kinit may end without asking for the password.
      running.child.stdin?.on('error', () => undefined).end(`${input}\n`);
      await running;
      const { port } = realm;
      const command = ['-p', String(port), 'localhost', 'test', 'whoami'];
      return (await execute('remctl', command, { env })).stdout.trim();
    } catch (error) {
      return error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    }
  }

  /** Returns the client as remctld sees it, or the error's name and text. */
  async function ours(own: Krb5Config, credentials: Credentials, more?: Partial<InitiatorOptions>) {
    const options = { host: 'localhost', config: own, credentials, ...more };
    try {
      return await whoami(realm.port, { ...options, state: createKrb5State() });
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  }

  test.each([
    ['the part of its UPN before the @', 'jane.doe', 'jane.doe'],
    ['its account’s name if the UPN is another', 'jdoe', 'jdoe'],
    ['its account’s name if the UPN is of another domain', 'jsmith', 'jsmith'],
    ['a name in the wrong case, which stays as it was typed', 'JDOE', 'JDOE'],
    ['a name that is not ASCII', 'müller', 'müller'],
    ['a name that is newer than its password', 'married', 'married'],
    ['a name if it needs no preauthentication', 'trusting', 'trusting'],
    ['the name of a computer', 'WORK$', 'WORK$'],
  ])('knows a client by %s', async (_, typed, seen) => {
    const expected = `${seen}@${realm.name}`;
    expect(await reference(config, PASSWORD, typed)).toBe(expected);
    expect(await ours(config, password(typed))).toBe(expected);
  });

  test.each([
    ['a name in the wrong case', 'JDOE', 'jdoe'],
    ['the part of its UPN before the @', 'jane.doe', 'jdoe'],
    ['the name of a computer in the wrong case', 'work$', 'WORK$'],
  ])('gives a client its account’s name for %s if canonicalize = true', async (_, typed, seen) => {
    const expected = `${seen}@${realm.name}`;
    expect(await reference(canonical, PASSWORD, typed)).toBe(expected);
    expect(await ours(canonical, password(typed))).toBe(expected);
  });

  test.each([
    ['a UPN with another suffix than the realm', 'john.smith@example.org', 'jsmith'],
    ['a UPN in the wrong case', 'John.Smith@EXAMPLE.ORG', 'jsmith'],
    ['the UPN that an account has by itself', 'busy@remctl.test', 'busy'],
  ])('knows a client by its enterprise name: %s', async (_, typed, seen) => {
    const expected = `${seen}@${realm.name}`;
    const name = typed.replace('@', '\\@');
    expect(await reference(canonical, PASSWORD, '-E', typed)).toBe(expected);
    expect(await ours(canonical, password(`${name}@${realm.name}`))).toBe(expected);
    expect(await ours(canonical, password(name))).toBe(expected);
  });

  test('keeps an enterprise name without canonicalize, as with kinit -E', async () => {
    const expected = `john.smith\\@example.org@${realm.name}`;
    expect(await reference(config, PASSWORD, '-E', 'john.smith@example.org')).toBe(expected);
    expect(await ours(config, password('john.smith\\@example.org'))).toBe(expected);
  });

  describe.each([
    ['in lower case', 'remctl.test'],
    ['by its NetBIOS name', 'REMCTL'],
  ])('whose realm is written %s', (_, wrong) => {
    const more = (text: string) =>
      text.replace(
        '[realms]',
        `[realms]\n  ${wrong} = {\n    kdc = 127.0.0.1:${realm.kdcPort}\n  }`,
      );

    test('is known by the right one if canonicalize = true', async () => {
      const own = await editedConfig(realm, (text) =>
        more(text).replace('[libdefaults]', '[libdefaults]\n  canonicalize = true'),
      );
      const expected = `jdoe@${realm.name}`;
      expect(await reference(own, PASSWORD, `jdoe@${wrong}`)).toBe(expected);
      expect(await ours(own, password(`jdoe@${wrong}`))).toBe(expected);
    });

    test('is an error that says so without canonicalize', async () => {
      const own = await editedConfig(realm, more);
      expect(await reference(own, PASSWORD, `jdoe@${wrong}`)).toContain(
        'KDC reply did not match expectations',
      );
      expect(await ours(own, password(`jdoe@${wrong}`))).toMatch(
        `KRB5_KDCREP_MODIFIED: the KDC of ${wrong} calls the client jdoe@${wrong} jdoe@${realm.name}: use that name, or set canonicalize = true in krb5.conf`,
      );
    });
  });

  test('has services whose realm is in lower case in domain_realm', async () => {
    const own = await editedConfig(realm, (text) =>
      text
        .replace('localhost = REMCTL.TEST', 'localhost = remctl.test')
        .replace(
          '[realms]',
          `[realms]\n  remctl.test = {\n    kdc = 127.0.0.1:${realm.kdcPort}\n  }`,
        ),
    );
    expect(await reference(own, PASSWORD, 'jdoe')).toBe(`jdoe@${realm.name}`);
    expect(await ours(own, password('jdoe'))).toBe(`jdoe@${realm.name}`);
  });

  test.each([
    ['an unknown client', 'nobody', PASSWORD, /not found/, /^KDC_ERR_C_PRINCIPAL_UNKNOWN.*nobody@/],
    [
      'a wrong password',
      'jdoe',
      'wrong',
      /incorrect/,
      /^KDC_ERR_PREAUTH_FAILED.*password is wrong/,
    ],
    ['a password that must be changed', 'stale', PASSWORD, /read password/, /^KDC_ERR_KEY_EXPIRED/],
    ['a disabled account', 'disabled', PASSWORD, /revoked/, /^KDC_ERR_CLIENT_REVOKED.*disabled/],
    ['an expired account', 'expired', PASSWORD, /revoked/, /^KDC_ERR_CLIENT_REVOKED/],
    ['a computer’s service as client', 'host/work', PASSWORD, /not found/, /PRINCIPAL_UNKNOWN/],
  ])('refuses %s', async (_, name, secret, kinits, own) => {
    expect(await reference(config, secret, name)).toMatch(kinits);
    expect(await ours(config, password(name, secret))).toMatch(own);
  });

  test('locks an account after wrong passwords', async () => {
    for (let attempt = 1; attempt < LOCKOUT_THRESHOLD; attempt += 1) {
      expect(await ours(config, password('locked', 'wrong'))).toMatch(/^KDC_ERR_PREAUTH_FAILED/);
    }
    await ours(config, password('locked', 'wrong'));
    expect(await reference(config, PASSWORD, 'locked')).toContain('revoked');
    expect(await ours(config, password('locked'))).toMatch(
      /^KDC_ERR_CLIENT_REVOKED: the KDC of REMCTL\.TEST has locked or disabled locked@/,
    );
  });

  test('gives tickets to a computer with a keytab, by the name in it', async () => {
    const keytab = workKeytab;
    const expected = `WORK$@${realm.name}`;
    const own = (clientPrincipal: string) => ({ type: 'keytab', keytab, clientPrincipal }) as const;
    expect(await reference(config, '', '-k', '-t', keytab, 'WORK$')).toBe(expected);
    expect(await ours(config, own('WORK$'))).toBe(expected);
    // The KDC would know it in any case; the keytab does not.
    expect(await reference(config, '', '-k', '-t', keytab, 'work$')).toContain('no suitable keys');
    expect(await ours(config, own('work$'))).toMatch(/^KRB5_KT_NOTFOUND.*it has keys of WORK\$@/);
  });

  describe('with FAST in the armor of the computer’s own ticket', () => {
    const withArmor = (clientPrincipal: string, secret = PASSWORD) => {
      const armor = { type: 'keytab', keytab: workKeytab, clientPrincipal: 'WORK$' } as const;
      return { ...password(clientPrincipal, secret), armor };
    };

    test('gives tickets to the owner of a password', async () => {
      const { armor, ...own } = withArmor('jdoe');
      const cache = files.path('armor');
      const env = { ...process.env, KRB5_CONFIG: pathOf(config) };
      await execute('kinit', ['-k', '-t', armor.keytab, '-c', cache, 'WORK$'], { env });
      const expected = `jdoe@${realm.name}`;
      expect(await reference(config, PASSWORD, '-T', cache, 'jdoe')).toBe(expected);
      expect(await ours(config, { ...own, armor })).toBe(expected);
      expect(await ours(config, { ...own, armor: { type: 'ccache', ccache: cache } })).toBe(
        expected,
      );
    });

    test.each([
      ['a wrong password', 'jsmith', 'wrong', /^KDC_ERR_PREAUTH_FAILED.*password is wrong/],
      ['an unknown client', 'nobody', PASSWORD, /^KDC_ERR_C_PRINCIPAL_UNKNOWN.*nobody@/],
      ['a disabled account', 'disabled', PASSWORD, /^KDC_ERR_CLIENT_REVOKED.*disabled/],
      ['a password that must be changed', 'stale', PASSWORD, /^KDC_ERR_KEY_EXPIRED/],
    ])('refuses %s', async (_, name, secret, error) => {
      expect(await ours(config, withArmor(name, secret))).toMatch(error);
    });
  });

  test('gives a member of 150 groups a ticket that is too big for a datagram', async () => {
    // The limit makes datagrams the first choice for any request.
    const own = await variantConfig(realm, { libdefaults: ['udp_preference_limit = 32700'] });
    const trace = files.path('trace');
    const cache = files.path('busy');
    const env = { ...process.env, KRB5_CONFIG: pathOf(own), KRB5_TRACE: trace };
    const running = execute('kinit', ['-c', cache, 'busy'], { env });
    running.child.stdin?.end(`${PASSWORD}\n`);
    await running;
    expect(readFileSync(trace, 'utf8')).toContain('retrying with TCP');
    expect(statSync(cache).size).toBeGreaterThan(1500);
    const expected = `busy@${realm.name}`;
    expect(await ours(own, password('busy'))).toBe(expected);
    expect(await ours(config, password('busy'))).toBe(expected);
    expect(await ours(config, { type: 'ccache', ccache: cache })).toBe(expected);
  });

  test.each([
    ['a second servicePrincipalName', 'alias/localhost'],
    ['a servicePrincipalName in the wrong case', 'HOST/LocalHost'],
    ['the account’s name', 'SERVICE-1$'],
  ])('gives tickets for a service by %s', async (_, name) => {
    const principal = `${name}@${realm.name}`;
    const { ccache } = await freshCache(realm);
    const env = { ...realm.env, KRB5CCNAME: ccache };
    const args = ['-p', String(realm.port), '-s', principal, 'localhost', 'test', 'whoami'];
    const credentials = { type: 'ccache', ccache: realm.ccache } as const;
    expect((await execute('remctl', args, { env })).stdout.trim()).toBe(realm.principals.client);
    expect(await ours(config, credentials, { principal })).toBe(realm.principals.client);
  });

  test('gives a ticket with an RC4 key and an AES session key for a service without settings', async () => {
    const loose = writeKrb5Conf(realm, {});
    const server = await realm.startRemctld({
      keytab: workKeytab,
      program: [
        'sh',
        '-c',
        `sed -i /permitted_enctypes/d ${loose}; PATH=$PATH:/usr/sbin KRB5_CONFIG=${loose} exec remctld "$@"`,
        'sh',
      ],
    });
    const principal = `host/work@${realm.name}`;
    const { ccache } = await freshCache(realm);
    const env = { ...realm.env, KRB5CCNAME: ccache };
    const args = ['-p', String(server.port), '-s', principal, 'localhost', 'test', 'whoami'];
    expect((await execute('remctl', args, { env })).stdout.trim()).toBe(realm.principals.client);
    expect((await execute('klist', ['-e'], { env })).stdout).toMatch(
      /host\/work@.*\n.*aes256-cts-hmac-sha1-96, DEPRECATED:arcfour-hmac/,
    );
    const credentials = { type: 'ccache', ccache: realm.ccache } as const;
    const state = createKrb5State();
    expect(await whoami(server.port, { principal, credentials, config, state })).toBe(
      realm.principals.client,
    );
  });

  test('refuses an unknown service', async () => {
    const credentials = { type: 'ccache', ccache: realm.ccache } as const;
    const principal = realm.principals.unknownServer;
    expect(await ours(config, credentials, { principal })).toMatch(
      /^KDC_ERR_S_PRINCIPAL_UNKNOWN.*unknown\/localhost@REMCTL\.TEST/,
    );
  });

  describe('and a clock an hour behind', () => {
    const setBack = () => shiftClock(-3_600_000);

    test('are reconciled if kdc_timesync is on', async () => {
      const ccache = await freshCache(realm);
      const own = await variantConfig(realm, { libdefaults: ['kdc_timesync = 1'] });
      setBack();
      expect(await ours(own, ccache)).toBe(realm.principals.client);
      expect(await ours(own, password('jdoe'))).toBe(`jdoe@${realm.name}`);
    });

    test('are an error if kdc_timesync is off', async () => {
      const ccache = await freshCache(realm);
      const own = await variantConfig(realm, { libdefaults: ['kdc_timesync = 0'] });
      setBack();
      for (const credentials of [ccache, password('jdoe')]) {
        expect(await ours(own, credentials)).toMatch(
          /^KRB_AP_ERR_SKEW.*by 60 minutes \(behind\): set it right/,
        );
      }
    });
  });
});
