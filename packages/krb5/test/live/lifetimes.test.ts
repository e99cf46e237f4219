/** Tickets that end while a service goes on, in real time. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Credentials } from '../../src/client/credentials.js';
import { type Krb5Config, readKrb5Config } from '../../src/config/krb5-config.js';
import { run } from '../support/remctl.js';

const LIFETIME_S = 4;

let realm: Realm;
let config: Krb5Config;
beforeAll(async () => {
  realm = await startRealm();
  const text = readFileSync(realm.krb5Conf, 'utf8');
  const path = join(realm.folder, 'short.conf');
  writeFileSync(
    path,
    text.replace('[libdefaults]', `[libdefaults]\n  ticket_lifetime = ${LIFETIME_S}s`),
  );
  config = await readKrb5Config({ KRB5_CONFIG: path });
});
afterAll(() => realm.dispose());

/** Runs commands, on a connection and a context each, for more than two lifetimes. */
async function keepRunning(credentials: Credentials): Promise<void> {
  const until = Date.now() + (2 * LIFETIME_S + 2) * 1000;
  while (Date.now() < until) {
    const options = { host: 'localhost', credentials, config };
    const { output } = await run(realm.port, options, ['test', 'whoami']);
    expect(output.trim()).toBe(realm.principals.client);
    await sleep(500);
  }
}

function issued(): number {
  const log = readFileSync(join(realm.folder, 'kdc.log'), 'utf8');
  return log.split('\n').filter((line) => / AS_REQ .*ISSUE/.test(line)).length;
}

// It lasts ten seconds on purpose.
test('a service with a keytab or a password outlives its tickets', {
  timeout: 60_000,
}, async () => {
  const before = issued();
  const clientPrincipal = 'alice';
  await Promise.all([
    keepRunning({ type: 'keytab', keytab: realm.keytabs.client, clientPrincipal }),
    keepRunning({ type: 'password', password: realm.passwords.client, clientPrincipal }),
  ]);
  // Each had three tickets at least, one after the other.
  expect(issued() - before).toBeGreaterThanOrEqual(6);
});
