/** Tickets that expire, in real time, while a service runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { Credentials } from '../../src/client/credentials.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { countInKdcLog, variantConfig } from '../support/realm-files.js';
import { whoami } from '../support/remctl.js';
import { useRealm } from '../support/use-realm.js';

const LIFETIME_S = 4;

const realm = useRealm();
let config: Krb5Config;
beforeAll(async () => {
  config = await variantConfig(realm, { libdefaults: [`ticket_lifetime = ${LIFETIME_S}s`] });
});

/** Runs commands for more than two lifetimes, each on its own connection and context. */
async function keepRunning(credentials: Credentials): Promise<void> {
  const until = Date.now() + (2 * LIFETIME_S + 2) * 1000;
  while (Date.now() < until) {
    const options = { host: 'localhost', credentials, config };
    expect(await whoami(realm.port, options)).toBe(realm.principals.client);
    await sleep(500);
  }
}

const issued = () => countInKdcLog(realm, / AS_REQ .*ISSUE/);

test('a service with a keytab or a password outlives its tickets', {
  timeout: 60_000,
}, async () => {
  const before = issued();
  const clientPrincipal = 'alice';
  await Promise.all([
    keepRunning({ type: 'keytab', keytab: realm.keytabs.client, clientPrincipal }),
    keepRunning({ type: 'password', password: realm.passwords.client, clientPrincipal }),
  ]);
  // Each client has had at least three tickets, one after the other.
  expect(issued() - before).toBeGreaterThanOrEqual(6);
});
