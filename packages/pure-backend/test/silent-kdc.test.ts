/** Time-outs of a second or two while the first KDC of two is silent. */
import { type ClientOptions, Remctl } from '@remctl/core';
import { type Realm, startRealm, startSilentKdc, writeKrb5Conf } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPureBackend } from '../src/index.js';

/** On a busy machine one open may come too late, but what it began is there for the next. */
const TRIES = 3;

let realm: Realm;
beforeAll(async () => {
  realm = await startRealm();
});
afterAll(() => realm.dispose());

async function whoami(options: ClientOptions): Promise<string> {
  for (let tried = 1; ; tried += 1) {
    await using client = new Remctl(createPureBackend(), options);
    try {
      await client.open(realm.host, realm.port);
    } catch (error) {
      if (tried === TRIES) {
        throw error;
      }
      continue;
    }
    client.setTimeout(20);
    return (await client.run(['test', 'whoami']).text()).stdout.trim();
  }
}

test.each([
  [1, 'a keytab'],
  [1, 'a cache'],
  [2, 'a keytab'],
  [2, 'a cache'],
])('%i s and %s: opens succeed, and the silent KDC is left alone', async (timeout, kind) => {
  await using silent = await startSilentKdc();
  const kdcs = [silent.kdc, `127.0.0.1:${realm.kdcPort}`];
  const leave = realm.useHere(writeKrb5Conf(realm, { kdcs }));
  try {
    const credentials = async () =>
      kind === 'a cache'
        ? { ccache: await realm.kinit() }
        : { keytab: realm.keytabs.client, clientPrincipal: 'alice' };
    expect(await whoami({ timeout, ...(await credentials()) })).toBe(realm.principals.client);
    const asked = silent.asked();
    expect(asked).toBeGreaterThan(0);
    for (let count = 0; count < 3; count += 1) {
      const answer = await whoami({ timeout, ...(await credentials()) });
      expect(answer).toBe(realm.principals.client);
    }
    expect(silent.asked()).toBe(asked);
  } finally {
    leave();
  }
});
