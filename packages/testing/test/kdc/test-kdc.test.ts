/** What a test KDC offers to the tests that start it. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { KrbErrorCode } from '@remctl/krb5';
import { freePort } from '@remctl/realm';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  type CcacheOptions,
  type KdcOptions,
  type KdcRecord,
  type KeyOptions,
  type PrincipalPolicy,
  startKdc,
} from '../../src/index.js';
import {
  askByUdp,
  asRequest,
  bodyFor,
  clientName,
  codeOf,
  firstTicket,
  granted,
  openTcp,
  PASSWORD,
  passwordKey,
  REALM,
  readAsAnswer,
} from '../support/raw-exchange.js';
import { kdcForTest } from '../support/start.js';

test.each([
  ['0.0.0.0'],
  ['::'],
  ['192.0.2.1'],
  ['128.0.0.1'],
  ['::ffff:192.0.2.1'],
  ['localhost'],
  ['127.evil.example'],
  [''],
])('it does not listen on %j', async (host) => {
  await expect(startKdc({ host })).rejects.toThrow(
    `a test KDC listens on loopback alone, not on "${host}": give 127.0.0.1`,
  );
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

// macOS has 127.0.0.1 alone of 127.0.0.0/8.
test.each([...(process.platform === 'linux' ? ['127.0.0.2'] : []), ...(hasIpv6 ? ['::1'] : [])])(
  'it listens on %s',
  async (host) => {
    const kdc = await kdcForTest({ host });
    kdc.addPrincipal('alice', { password: PASSWORD });
    granted(await firstTicket(kdc, 'alice'));
  },
);

test.each([
  [{ realm: '' }, '"" is not a realm\'s name'],
  [{ realm: 'A B' }, '"A B" is not a realm\'s name'],
  [{ port: 65_536 }, 'port must be a whole number from 0 to 65535'],
  [{ maxLifetime: 0 }, 'maxLifetime must be a whole number of seconds'],
  [{ maxRenewableLifetime: 1.5 }, 'maxRenewableLifetime must be a whole number of seconds'],
  [{ clockskew: -1 }, 'clockskew must be a whole number of seconds'],
  [{ skewMs: Number.NaN }, 'skewMs must lie within a hundred years'],
  [{ maxUdpAnswer: 0 }, 'maxUdpAnswer must be a whole number of bytes'],
  [{ encryptionTypes: [] }, 'encryptionTypes must name at least one type'],
  [{ encryptionTypes: ['des-cbc-md5'] }, '"des-cbc-md5" is not an encryption type: give aes256-'],
])('it refuses %j', async (options, text) => {
  await expect(startKdc(options as KdcOptions)).rejects.toThrow(text);
});

test('it says that a port is taken', async () => {
  const server = createServer();
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  await expect(startKdc({ port })).rejects.toThrow(
    `the test KDC cannot listen on 127.0.0.1 port ${port}: the port is taken, give another or 0`,
  );
});

test('names are checked, and told apart', async () => {
  const kdc = await kdcForTest();
  expect(kdc.addPrincipal('alice')).toBe('alice@REMCTL.TEST');
  expect(kdc.hasPrincipal('alice')).toBe(true);
  expect(kdc.hasPrincipal('alice@REMCTL.TEST')).toBe(true);
  expect(kdc.hasPrincipal('bob')).toBe(false);
  expect(() => kdc.addPrincipal('alice@REMCTL.TEST')).toThrow(
    'the KDC of REMCTL.TEST has the principal alice@REMCTL.TEST already',
  );
  expect(() => kdc.addPrincipal('bob@OTHER.TEST')).toThrow(
    'bob@OTHER.TEST is not of the realm REMCTL.TEST: add it to the KDC of OTHER.TEST',
  );
  expect(() => kdc.addPrincipal('a@b@c')).toThrow('has a second @');
  expect(() => kdc.addPrincipal('')).toThrow('has an empty component');
  expect(() => kdc.addPrincipal('host/')).toThrow('has an empty component');
  expect(() => kdc.addPrincipal('bob', { password: '' })).toThrow('must not be empty');
  expect(() => kdc.addPrincipal('bob', { maxLifetime: -1 })).toThrow('maxLifetime must be');
  const unknown = 'has no principal bob@REMCTL.TEST: add it with addPrincipal';
  expect(() => kdc.changePrincipal('bob', {})).toThrow(unknown);
  const typo = { lock: true } as PrincipalPolicy;
  expect(() => kdc.changePrincipal('alice', typo)).toThrow('there is no option "lock"');
  expect(() => kdc.addPrincipal('bob', typo)).toThrow('there is no option "lock"');
  expect(() => kdc.changeKey('alice', typo as KeyOptions)).toThrow('there is no option "lock"');
  await expect(startKdc({ ports: 1 } as KdcOptions)).rejects.toThrow('there is no option "ports"');
  const life = { lifetme: 60 } as CcacheOptions;
  await expect(kdc.ccache('alice', life)).rejects.toThrow('there is no option "lifetme"');
  expect(() => kdc.changeKey('bob')).toThrow(unknown);
  expect(() => kdc.removePrincipal('bob')).toThrow(unknown);
  await expect(kdc.keytab('bob')).rejects.toThrow(unknown);
  await expect(kdc.keytab([])).rejects.toThrow('needs the name of at least one principal');
  await expect(kdc.ccache('bob')).rejects.toThrow(unknown);
  await expect(kdc.ccache('alice', { services: ['bob'] })).rejects.toThrow(unknown);
  kdc.removePrincipal('alice');
  expect(kdc.hasPrincipal('alice')).toBe(false);
});

test('the times of a cache must make a ticket', async () => {
  const kdc = await kdcForTest();
  kdc.addPrincipal('alice');
  const soon = new Date(Date.now() + 60_000);
  const backwards = 'a ticket must start before it ends';
  await expect(kdc.ccache('alice', { starttime: soon, endtime: new Date() })).rejects.toThrow(
    backwards,
  );
  await expect(kdc.ccache('alice', { starttime: soon, lifetime: -1 })).rejects.toThrow(backwards);
  await expect(kdc.ccache('alice', { endtime: new Date(0) })).rejects.toThrow('from 1970 to 2106');
  await expect(kdc.ccache('alice', { endtime: new Date('later') })).rejects.toThrow(
    'endtime must lead to a moment',
  );
  await expect(kdc.ccache('alice', { renewable: 0 })).rejects.toThrow('renewable must be');
  await expect(kdc.ccache('alice', { lifetime: Number.POSITIVE_INFINITY })).rejects.toThrow(
    'lifetime must',
  );
});

test('a changed password is the only one that counts', async () => {
  const kdc = await kdcForTest();
  kdc.addPrincipal('alice', { password: 'old' });
  expect(codeOf(await firstTicket(kdc, 'alice'))).toBe(KrbErrorCode.KDC_ERR_PREAUTH_FAILED);
  expect(kdc.changeKey('alice', { password: PASSWORD })).toBe(2);
  granted(await firstTicket(kdc, 'alice'));
});

test('it can be stopped, and started on its port again', async () => {
  const kdc = await kdcForTest();
  kdc.addPrincipal('alice', { password: PASSWORD });
  const { port } = kdc;
  const { rest } = await openTcp(kdc);
  await Promise.all([kdc.stop(), kdc.stop()]);
  expect(await rest()).toHaveLength(0);
  await expect(openTcp(kdc)).rejects.toThrow('ECONNREFUSED');
  expect(await askByUdp(kdc, new Uint8Array(), 50)).toBeUndefined();
  await Promise.all([kdc.start(), kdc.start()]);
  expect(kdc.port).toBe(port);
  granted(await firstTicket(kdc, 'alice'));
});

test('await using stops it', async () => {
  let port: number;
  {
    await using kdc = await startKdc();
    ({ port } = kdc);
    await (await openTcp(kdc)).socket.destroy();
  }
  const again = await kdcForTest({ port });
  expect(again.port).toBe(port);
});

test('several run at once, each with its own principals', async () => {
  const kdcs = await Promise.all(Array.from({ length: 5 }, () => kdcForTest()));
  expect(new Set(kdcs.map(({ port }) => port)).size).toBe(5);
  kdcs[0]?.addPrincipal('alice', { password: PASSWORD });
  const answers = await Promise.all(kdcs.map((kdc) => firstTicket(kdc, 'alice')));
  const unknown = KrbErrorCode.KDC_ERR_C_PRINCIPAL_UNKNOWN;
  expect(answers.map(codeOf)).toEqual([undefined, unknown, unknown, unknown, unknown]);
});

test('the log gets what requests holds', async () => {
  const log = vi.fn<(record: KdcRecord) => void>();
  const kdc = await kdcForTest({ log });
  kdc.addPrincipal('alice', { password: PASSWORD });
  const body = bodyFor(`krbtgt/${REALM}`, { cname: clientName('alice') });
  const answer = await askByUdp(kdc, asRequest(body));
  expect(codeOf(readAsAnswer(answer, await passwordKey('alice')))).toBe(
    KrbErrorCode.KDC_ERR_PREAUTH_REQUIRED,
  );
  expect(log.mock.calls).toEqual([
    [
      {
        exchange: 'AS',
        transport: 'udp',
        client: 'alice@REMCTL.TEST',
        server: 'krbtgt/REMCTL.TEST@REMCTL.TEST',
        error: 'KDC_ERR_PREAUTH_REQUIRED',
        reason: 'alice@REMCTL.TEST must prove that it knows its key',
      },
    ],
  ]);
  expect(kdc.requests).toEqual(log.mock.calls.map(([record]) => record));
});

test('a trust is made once, between two realms', async () => {
  const one = await kdcForTest({ realm: 'A.TEST' });
  const other = await kdcForTest({ realm: 'B.TEST' });
  one.trust(other);
  expect(() => other.trust(one)).toThrow('B.TEST and A.TEST trust each other already');
  expect(() => one.trust(one)).toThrow('A.TEST can only trust a test KDC of another realm');
});

test('secrets show neither in the object nor in what it keeps', async () => {
  const kdc = await kdcForTest();
  kdc.addPrincipal('alice', { password: PASSWORD });
  granted(await firstTicket(kdc, 'alice'));
  const { inspect } = await import('node:util');
  expect(inspect(kdc, { depth: null, showHidden: true })).not.toContain(PASSWORD);
  expect(JSON.stringify(kdc)).not.toContain(PASSWORD);
});
