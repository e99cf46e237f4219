/** Tickets of Heimdal's KDC for the real remctld. */
import { startRealm } from '@remctl/realm';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { createInitiatorContext, type InitiatorOptions } from '../../src/gss/initiator.js';
import { shiftClock } from '../support/clock.js';
import { freshCache } from '../support/credentials.js';
import { configOf, ENCTYPES, variantConfig } from '../support/realm-files.js';
import { whoami } from '../support/remctl.js';
import { testTickets } from '../support/tickets-of-kdc.js';
import { useRealm } from '../support/use-realm.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(ENCTYPES)('a KDC of Heimdal with %s', (enctype) => {
  testTickets(useRealm({ kdc: 'heimdal', enctype }));
});

describe('a KDC of Heimdal', () => {
  const realm = useRealm({ kdc: 'heimdal' });
  let config: Krb5Config;
  beforeAll(async () => {
    config = await configOf(realm);
  });

  const first = (options: Partial<InitiatorOptions>) =>
    createInitiatorContext({ host: 'localhost', config, ...options }).step();
  const password = (password: string, clientPrincipal = 'alice') =>
    ({ type: 'password', password, clientPrincipal }) as const;

  test('answers by TCP alone', async () => {
    const own = await variantConfig(realm, { libdefaults: ['udp_preference_limit = 0'] });
    const credentials = password(realm.passwords.client);
    expect(await whoami(realm.port, { host: 'localhost', credentials, config: own })).toBe(
      realm.principals.client,
    );
  });

  test('refuses a wrong password', async () => {
    await expect(first({ credentials: password('wrong') })).rejects.toMatchObject({
      name: 'KDC_ERR_PREAUTH_FAILED',
      message: expect.stringContaining('password is wrong'),
    });
  });

  test('refuses an unknown client', async () => {
    await expect(first({ credentials: password('x', 'nobody') })).rejects.toMatchObject({
      name: 'KDC_ERR_C_PRINCIPAL_UNKNOWN',
      message: expect.stringContaining('nobody@REMCTL.TEST'),
    });
  });

  test('refuses an unknown service', async () => {
    const credentials = { type: 'ccache', ccache: realm.ccache } as const;
    const principal = realm.principals.unknownServer;
    await expect(first({ credentials, principal })).rejects.toMatchObject({
      name: 'KDC_ERR_S_PRINCIPAL_UNKNOWN',
      message: expect.stringContaining(principal),
    });
  });

  test('refuses an unknown realm', async () => {
    const credentials = { type: 'ccache', ccache: realm.ccache } as const;
    await expect(
      first({ credentials, principal: 'host/localhost@OTHER.TEST' }),
    ).rejects.toMatchObject({ name: 'KRB5_NO_TKT_IN_RLM' });
  });

  test('is not asked with an expired ticket', async () => {
    const credentials = { type: 'ccache', ccache: await realm.expiredCcache() } as const;
    await expect(first({ credentials })).rejects.toMatchObject({
      name: 'KRB_AP_ERR_TKT_EXPIRED',
      message: expect.stringMatching(/expired at \d{4}-.*: run kinit, or give keytab/),
    });
  });

  test('refuses a client that may have no tickets', async () => {
    await realm.kadmin('add --use-defaults --password=secret barred');
    await realm.kadmin('modify --attributes=+disallow-all-tix barred');
    await expect(first({ credentials: password('secret', 'barred') })).rejects.toMatchObject({
      name: 'KDC_ERR_POLICY',
      message: expect.stringMatching(/REMCTL\.TEST forbids barred@REMCTL\.TEST a ticket/),
    });
  });

  test('refuses a client whose password has expired', async () => {
    await realm.kadmin('add --use-defaults --password=secret stale');
    await realm.kadmin('modify --pw-expiration-time=2020-01-01 stale');
    await expect(first({ credentials: password('secret', 'stale') })).rejects.toMatchObject({
      name: 'KDC_ERR_KEY_EXPIRED',
      message: expect.stringContaining('kpasswd'),
    });
  });

  describe('and a clock an hour behind', () => {
    const setBack = () => shiftClock(-3_600_000);

    test('are reconciled if kdc_timesync is on', async () => {
      const ccache = await freshCache(realm);
      const own = await variantConfig(realm, { libdefaults: ['kdc_timesync = 1'] });
      setBack();
      expect(
        await whoami(realm.port, { host: 'localhost', credentials: ccache, config: own }),
      ).toBe(realm.principals.client);
      expect(
        await whoami(realm.port, {
          host: 'localhost',
          credentials: password(realm.passwords.client),
          config: own,
        }),
      ).toBe(realm.principals.client);
    });

    test('are an error if kdc_timesync is off', async () => {
      const ccache = await freshCache(realm);
      const own = await variantConfig(realm, { libdefaults: ['kdc_timesync = 0'] });
      setBack();
      for (const credentials of [ccache, password(realm.passwords.client)]) {
        await expect(first({ credentials, config: own })).rejects.toMatchObject({
          name: 'KRB_AP_ERR_SKEW',
          message: expect.stringContaining('by 60 minutes (behind): set it right'),
        });
      }
    });
  });
});

test('a keytab client gets another ticket after the key of a KDC of Heimdal has changed', async () => {
  await using realm = await startRealm({ kdc: 'heimdal' });
  const config = await configOf(realm);
  const keytab = realm.keytabs.client;
  const step = (principal: string, credentials: InitiatorOptions['credentials']) =>
    createInitiatorContext({ principal, credentials, config }).step();
  const { server, otherServer } = realm.principals;
  const own = { type: 'keytab', keytab, clientPrincipal: 'mallory' } as const;
  await step(server, own);
  await realm.kadmin(`cpw --random-key krbtgt/${realm.name}`);
  await expect(step(otherServer, { type: 'ccache', ccache: realm.ccache })).rejects.toMatchObject({
    name: 'KRB_AP_ERR_BAD_INTEGRITY',
    message: expect.stringMatching(/does not take the ticket-granting ticket .*run kinit/),
  });
  await step(otherServer, own);
});
