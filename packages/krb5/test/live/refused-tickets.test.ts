/** Tickets that a KDC, a server or an attacker refuses. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { storeServiceTicket } from '@remctl/realm';
import { beforeAll, describe, expect, test } from 'vitest';
import { KrbErrorCode, LocalErrorCode } from '../../src/error-codes.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { freshCache, newKeytabClient } from '../support/credentials.js';
import { startForgingKdc } from '../support/forging-kdc.js';
import { configOf, countInKdcLog, variantConfig } from '../support/realm-files.js';
import { run } from '../support/remctl.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
let server: string;
let otherServer: string;
beforeAll(() => {
  ({ server, otherServer } = realm.principals);
});

let clients = 0;
/** Makes a client with its own keytab, which knows the KDC as `kdc`. */
async function newClient(kdc = `127.0.0.1:${realm.kdcPort}`) {
  clients += 1;
  const credentials = await newKeytabClient(realm, `client-${clients}`);
  const { clientPrincipal, keytab } = credentials;
  const config = await variantConfig(realm, {
    kdcs: [kdc],
    libdefaults: ['request_timeout = 1s'],
  });
  return {
    clientPrincipal,
    keytab,
    credentials,
    config,
    step: (principal: string) => createInitiatorContext({ principal, credentials, config }).step(),
    /** Counts the ticket-granting tickets that the KDC gave this client. */
    issued: () => countInKdcLog(realm, new RegExp(` AS_REQ .*ISSUE.* ${clientPrincipal}@`)),
  };
}

describe.each([
  [
    'another key of the same version',
    'KRB_AP_ERR_BAD_INTEGRITY',
    async () => {
      await realm.kadmin(`delprinc -force krbtgt/${realm.name}`);
      await realm.kadmin(`addprinc -randkey krbtgt/${realm.name}`);
    },
  ],
  [
    'a key of the next version alone',
    'KRB_ERR_GENERIC',
    () => realm.kadmin(`cpw -randkey krbtgt/${realm.name}`),
  ],
] as const)('a KDC that has %s', (_name, code, change) => {
  test('gives a keytab client one other ticket for all its requests', async () => {
    const { step, issued } = await newClient();
    const credentials = await freshCache(realm);
    await step(server);
    await change();
    await Promise.all([step(otherServer), step(realm.principals.wrongServer)]);
    expect(issued()).toBe(2);
    // A client with a cache gets the KDC's error.
    await expect(
      createInitiatorContext({
        principal: otherServer,
        credentials,
        config: await configOf(realm),
      }).step(),
    ).rejects.toMatchObject({ name: code });
  });

  test('makes the client read a keytab again that was written anew', async () => {
    const { step, issued, keytab, clientPrincipal } = await newClient();
    await step(server);
    await change();
    rmSync(keytab);
    await realm.kadmin(`ktadd -k ${keytab} ${clientPrincipal}`);
    await step(otherServer);
    expect(issued()).toBe(2);
  });

  test('makes the client name an outdated keytab until there is a new one', async () => {
    const { step, keytab, clientPrincipal } = await newClient();
    await step(server);
    await change();
    await realm.kadmin(`cpw -randkey ${clientPrincipal}`);
    await expect(step(otherServer)).rejects.toMatchObject({
      code: KrbErrorCode.KDC_ERR_PREAUTH_FAILED,
      message: expect.stringContaining('the keytab is older'),
    });
    rmSync(keytab);
    await realm.kadmin(`ktadd -k ${keytab} ${clientPrincipal}`);
    await step(otherServer);
  });
});

test('a KDC takes the old ticket if it still has the old key', async () => {
  const { step, issued } = await newClient();
  await step(server);
  await realm.kadmin(`cpw -randkey -keepold krbtgt/${realm.name}`);
  await step(otherServer);
  expect(issued()).toBe(1);
});

describe('an attacker who claims that tickets are refused', () => {
  test.each([
    'KDC_ERR_TGT_REVOKED',
    'KRB_AP_ERR_BAD_INTEGRITY',
    'KRB_AP_ERR_TKT_EXPIRED',
    'KRB_AP_ERR_TKT_NYV',
    'KRB_AP_ERR_NOT_US',
    'KRB_AP_ERR_MODIFIED',
    'KRB_AP_ERR_BADKEYVER',
    'KRB_AP_ERR_NOKEY',
    'KRB_ERR_GENERIC',
  ] as const)('costs the client one exchange with any number of %s', async (name) => {
    await using way = await startForgingKdc(realm);
    const { step, issued } = await newClient(way.kdc);
    await step(server);
    way.forge.tgs = KrbErrorCode[name];
    for (let count = 0; count < 5; count += 1) {
      await expect(step(otherServer)).rejects.toMatchObject({ name });
    }
    expect(issued()).toBe(2);
    delete way.forge.tgs;
    await step(otherServer);
    expect(issued()).toBe(2);
  });

  test.each(['KDC_ERR_S_PRINCIPAL_UNKNOWN', 'KDC_ERR_POLICY', 'KRB_AP_ERR_REPEAT'] as const)(
    'costs the client no exchange with %s',
    async (name) => {
      await using way = await startForgingKdc(realm);
      const { step, issued } = await newClient(way.kdc);
      await step(server);
      way.forge.tgs = KrbErrorCode[name];
      await expect(step(otherServer)).rejects.toMatchObject({ name });
      expect(issued()).toBe(1);
    },
  );

  test('does not make the client drop the old ticket if the KDC gives no other', async () => {
    await using way = await startForgingKdc(realm);
    const { step, issued } = await newClient(way.kdc);
    await step(server);
    way.forge.tgs = KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY;
    way.forge.as = 'silence';
    await expect(step(otherServer)).rejects.toMatchObject({
      code: LocalErrorCode.KRB5_KDC_UNREACH,
    });
    delete way.forge.tgs;
    const asked = way.asked('as');
    await step(otherServer);
    expect(way.asked('as')).toBe(asked);
    expect(issued()).toBe(1);
  });
});

describe('a service whose key has changed', () => {
  const whoami = ['test', 'whoami'];
  /** Starts a server with its own key, which `change` changes. */
  async function startChanging(number: number) {
    const principal = `changing/h${number}.test@${realm.name}`;
    const keytab = join(realm.folder, `changing-${number}.keytab`);
    await realm.kadmin(`addprinc -randkey ${principal}`);
    const change = async () => {
      rmSync(keytab, { force: true });
      await realm.kadmin(`ktadd -k ${keytab} ${principal}`);
    };
    await change();
    const { port } = await realm.startRemctld({ keytab });
    return { principal, change, port };
  }

  test('the next open of a keytab client gets a ticket for the new key', async () => {
    const { principal, change, port } = await startChanging(1);
    const { credentials, config } = await newClient();
    const ask = () => run(port, { principal, credentials, config }, whoami);
    await ask();
    await change();
    await expect(ask()).rejects.toMatchObject({ name: 'KRB_AP_ERR_BADKEYVER' });
    await expect(ask()).resolves.toMatchObject({ status: 0 });
  });

  test('the next open with a cache that holds the old ticket gets a ticket for the new key', async () => {
    const { principal, change, port } = await startChanging(2);
    const credentials = await freshCache(realm);
    await storeServiceTicket(realm, credentials.ccache, principal);
    const config = await configOf(realm);
    const ask = () => run(port, { principal, credentials, config }, whoami);
    await ask();
    await change();
    await expect(ask()).rejects.toMatchObject({ name: 'KRB_AP_ERR_BADKEYVER' });
    await expect(ask()).resolves.toMatchObject({ status: 0 });
  });

  test('the old ticket is tried only while no KDC answers', async () => {
    const { principal, change, port } = await startChanging(3);
    const { credentials, config } = await newClient();
    const ask = () => run(port, { principal, credentials, config }, whoami);
    await ask();
    await change();
    await realm.stopKdc();
    const refusal = { name: 'KRB_AP_ERR_BADKEYVER' };
    await expect(ask()).rejects.toMatchObject(refusal);
    await expect(ask()).rejects.toMatchObject(refusal);
    await realm.startKdc();
    await expect(ask()).resolves.toMatchObject({ status: 0 });
  });
});
