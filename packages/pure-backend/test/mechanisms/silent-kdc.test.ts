/** Opens with short time-outs while the first of two KDCs is silent. */
import { startRealmForFile } from '@remctl/conformance';
import { type ClientOptions, Remctl } from '@remctl/core';
import { startSilentKdc, writeKrb5Conf } from '@remctl/realm';
import { expect, test } from 'vitest';
import { createPureBackend } from '../../src/index.js';
import { whoami } from '../support/whoami.js';

/** Opens at most: on a busy machine one may come too late, but what it began helps the next. */
const TRIES = 3;

const realm = await startRealmForFile();

/** Opens a client, and returns the principal that the server has authenticated. */
async function openedAs(options: ClientOptions): Promise<string> {
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
    return await whoami(client);
  }
}

test.each([
  [1, 'a keytab'],
  [1, 'a cache'],
  [2, 'a keytab'],
  [2, 'a cache'],
])(
  'opens within %i s with %s succeed, and the silent KDC is asked no more',
  async (timeout, kind) => {
    await using silent = await startSilentKdc();
    const kdcs = [silent.kdc, `127.0.0.1:${realm.kdcPort}`];
    const leave = realm.useHere(writeKrb5Conf(realm, { kdcs }));
    try {
      const credentials = async () =>
        kind === 'a cache'
          ? { ccache: await realm.kinit() }
          : { keytab: realm.keytabs.client, clientPrincipal: 'alice' };
      expect(await openedAs({ timeout, ...(await credentials()) })).toBe(realm.principals.client);
      const asked = silent.asked();
      expect(asked).toBeGreaterThan(0);
      for (let count = 0; count < 3; count += 1) {
        const answer = await openedAs({ timeout, ...(await credentials()) });
        expect(answer).toBe(realm.principals.client);
      }
      expect(silent.asked()).toBe(asked);
    } finally {
      leave();
    }
  },
);
