/** The tests that every maker's KDC has to pass: tickets by each kind of credentials. */
import type { Realm } from '@remctl/realm';
import { expect, test } from 'vitest';
import { configOf } from './realm-files.js';
import { whoami } from './remctl.js';

/** Registers the tests of a realm's KDC, in a `describe` of its maker. */
export function testTickets(realm: Realm): void {
  test('gives tickets to the owner of a cache', async () => {
    const config = await configOf(realm);
    const credentials = { type: 'ccache', ccache: realm.ccache } as const;
    expect(await whoami(realm.port, { host: 'localhost', credentials, config })).toBe(
      realm.principals.client,
    );
  });

  test('gives tickets to the owner of a keytab', async () => {
    const config = await configOf(realm);
    const keytab = realm.keytabs.client;
    const credentials = { type: 'keytab', keytab, clientPrincipal: 'mallory' } as const;
    expect(await whoami(realm.port, { host: 'localhost', credentials, config })).toBe(
      realm.principals.otherClient,
    );
  });

  test('gives tickets to the owner of a password', async () => {
    const config = await configOf(realm);
    const password = realm.passwords.client;
    const credentials = { type: 'password', password, clientPrincipal: 'alice' } as const;
    expect(await whoami(realm.port, { host: 'localhost', credentials, config })).toBe(
      realm.principals.client,
    );
  });
}
