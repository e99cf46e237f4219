/** This project's own Kerberos client with a test KDC. */
import {
  type Credentials,
  createAcceptorContext,
  createInitiatorContext,
  createKrb5State,
  type InitiatorOptions,
  readKeytab,
} from '@remctl/krb5';
import { expect, test } from 'vitest';
import type { KdcOptions, TestKdc } from '../../src/index.js';
import { type KerberosFiles, kerberosFiles } from '../support/kerberos-files.js';
import { kdcForTest } from '../support/start.js';

const PASSWORD = 'only for tests';
const SERVICE = 'host/server.example';
const HOUR_MS = 3_600_000;

interface Setting {
  readonly kdc: TestKdc;
  readonly files: KerberosFiles;
  /** Gets a service ticket with new state, and returns the first token. */
  step(options?: Partial<InitiatorOptions>): Promise<Uint8Array>;
  /** Establishes a context with an acceptor that has `keytab`, and returns the client's name. */
  whoami(keytab: Uint8Array, options?: Partial<InitiatorOptions>): Promise<string | undefined>;
}

const alice: Credentials = { type: 'password', password: PASSWORD, clientPrincipal: 'alice' };

async function setting(
  options: KdcOptions = {},
  libdefaults?: readonly string[],
  others: readonly TestKdc[] = [],
): Promise<Setting> {
  const kdc = await kdcForTest(options);
  kdc.addPrincipal('alice', { password: PASSWORD });
  kdc.addPrincipal(SERVICE);
  const files = await kerberosFiles([kdc, ...others], libdefaults);
  const contextFor = (more: Partial<InitiatorOptions>) =>
    createInitiatorContext({
      principal: SERVICE,
      credentials: alice,
      config: files.config,
      state: createKrb5State(),
      ...more,
    });
  return {
    kdc,
    files,
    step: async (more = {}) => (await contextFor(more).step()).token ?? new Uint8Array(),
    whoami: async (keytab, more = {}) => {
      const initiator = contextFor(more);
      const { token = new Uint8Array() } = await initiator.step();
      const acceptor = createAcceptorContext({
        keytab: await readKeytab(files.write('service.keytab', keytab)),
      });
      await initiator.step(acceptor.step(token).token);
      expect(acceptor.unwrap(initiator.wrap(Buffer.from('hello'))).toString()).toBe('hello');
      return acceptor.peer;
    },
  };
}

test.each([
  'aes128-cts-hmac-sha1-96',
  'aes256-cts-hmac-sha1-96',
  'aes128-cts-hmac-sha256-128',
  'aes256-cts-hmac-sha384-192',
] as const)('password, keytab and cache lead to a context with keys of %s', async (type) => {
  const { kdc, files, whoami } = await setting({ encryptionTypes: [type] });
  const service = await kdc.keytab(SERVICE);
  const keytab = files.write('alice.keytab', await kdc.keytab('alice'));
  const ccache = files.write('alice.ccache', await kdc.ccache('alice'));
  const ways: readonly Credentials[] = [
    alice,
    { type: 'keytab', keytab, clientPrincipal: 'alice' },
    { type: 'ccache', ccache },
  ];
  for (const credentials of ways) {
    expect(await whoami(service, { credentials })).toBe('alice@REMCTL.TEST');
  }
});

test('a cache with a service ticket needs no KDC', async () => {
  const { kdc, files, whoami } = await setting();
  const ccache = files.write('alice.ccache', await kdc.ccache('alice', { services: [SERVICE] }));
  const keytab = await kdc.keytab(SERVICE);
  await kdc.stop();
  expect(await whoami(keytab, { credentials: { type: 'ccache', ccache } })).toBe(
    'alice@REMCTL.TEST',
  );
});

test('errors say what the user must do', async () => {
  const { kdc, files, step } = await setting();
  const as = (clientPrincipal: string, password = PASSWORD) =>
    step({ credentials: { type: 'password', password, clientPrincipal } });
  await expect(as('alice', 'wrong')).rejects.toMatchObject({
    name: 'KDC_ERR_PREAUTH_FAILED',
    message: expect.stringContaining('the password is wrong'),
  });
  await expect(as('nobody')).rejects.toMatchObject({ name: 'KDC_ERR_C_PRINCIPAL_UNKNOWN' });
  await expect(step({ principal: 'host/unknown' })).rejects.toMatchObject({
    name: 'KDC_ERR_S_PRINCIPAL_UNKNOWN',
  });
  kdc.addPrincipal('old', { password: PASSWORD, passwordExpired: true });
  await expect(as('old')).rejects.toMatchObject({
    name: 'KDC_ERR_KEY_EXPIRED',
    message: expect.stringContaining('kpasswd'),
  });
  kdc.addPrincipal('barred', { password: PASSWORD, locked: true });
  await expect(as('barred')).rejects.toMatchObject({
    name: 'KDC_ERR_CLIENT_REVOKED',
    message: expect.stringContaining('barred@REMCTL.TEST is locked'),
  });
  const ccache = files.write('expired.ccache', await kdc.ccache('alice', { lifetime: -1 }));
  await expect(step({ credentials: { type: 'ccache', ccache } })).rejects.toMatchObject({
    name: 'KRB_AP_ERR_TKT_EXPIRED',
    message: expect.stringContaining('run kinit'),
  });
});

test('a client without pre-authentication gets a ticket at once', async () => {
  const { kdc, step } = await setting();
  kdc.changePrincipal('alice', { preauthentication: false });
  await step();
  expect(kdc.requests.map(({ error }) => error)).toEqual([undefined, undefined]);
});

test.each([HOUR_MS, -HOUR_MS])('a KDC whose clock is %d ms ahead', async (skewMs) => {
  const lenient = await setting({ skewMs }, ['kdc_timesync = 1']);
  const { kdc, files } = lenient;
  await lenient.step();
  // A cache without a note of the difference, which kinit would leave in it.
  const ccache = files.write(
    'alice.ccache',
    await kdc.ccache('alice', { starttime: new Date(Date.now() - 2 * HOUR_MS) }),
  );
  await lenient.step({ credentials: { type: 'ccache', ccache } });
  const strict = await setting({ skewMs }, ['kdc_timesync = 0']);
  await expect(strict.step()).rejects.toMatchObject({
    name: 'KRB_AP_ERR_SKEW',
    message: expect.stringContaining(`by 60 minutes (${skewMs > 0 ? 'behind' : 'ahead'})`),
  });
});

test('answers that are too big for UDP come by TCP', async () => {
  const { kdc, step } = await setting({ maxUdpAnswer: 150 });
  await step();
  expect(kdc.requests.at(-1)).toMatchObject({ exchange: 'TGS', transport: 'tcp' });
});

test('a stopped KDC is told, and found again when it is back', async () => {
  const { kdc, step } = await setting();
  await kdc.stop();
  await expect(step()).rejects.toMatchObject({ name: 'KRB5_KDC_UNREACH' });
  await kdc.start();
  await step();
});

test('a changed key of the KDC costs a keytab client one more request', async () => {
  const { kdc, files, step } = await setting();
  const keytab = files.write('alice.keytab', await kdc.keytab('alice'));
  const credentials: Credentials = { type: 'keytab', keytab, clientPrincipal: 'alice' };
  const state = createKrb5State();
  await step({ credentials, state });
  kdc.removePrincipal('krbtgt/REMCTL.TEST');
  kdc.addPrincipal('krbtgt/REMCTL.TEST');
  kdc.addPrincipal('host/second.example');
  await step({ credentials, state, principal: 'host/second.example' });
  expect(kdc.requests.map(({ error }) => error)).toContain('KRB_AP_ERR_BAD_INTEGRITY');
});

test('a service of a trusted realm is found by referral, and by name', async () => {
  const other = await kdcForTest({ realm: 'B.TEST' });
  other.addPrincipal('host/there.example');
  const { kdc, whoami } = await setting({ realm: 'A.TEST' }, [], [other]);
  kdc.trust(other);
  const keytab = await other.keytab('host/there.example');
  const client = 'alice@A.TEST';
  expect(await whoami(keytab, { principal: 'host/there.example@B.TEST' })).toBe(client);
  const resolved = { canonicalName: 'there.example', addresses: [] };
  const byHost = { principal: undefined, host: 'there.example', resolved };
  expect(await whoami(keytab, byHost)).toBe(client);
  expect(kdc.requests.at(-1)).toMatchObject({ server: 'host/there.example@A.TEST' });
});

test('a client must not come through a third realm', async () => {
  const middle = await kdcForTest({ realm: 'B.TEST' });
  const far = await kdcForTest({ realm: 'C.TEST' });
  far.addPrincipal('host/far.example');
  middle.trust(far);
  const { kdc, step } = await setting(
    { realm: 'A.TEST' },
    ['', '[capaths]', 'A.TEST = {', 'C.TEST = B.TEST', '}'],
    [middle, far],
  );
  kdc.trust(middle);
  await expect(step({ principal: 'host/far.example@C.TEST' })).rejects.toMatchObject({
    name: 'KDC_ERR_POLICY',
  });
});
