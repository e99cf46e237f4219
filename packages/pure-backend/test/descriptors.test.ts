/** Opens that find no file descriptor at one known place: the error says so, and the next open works. */
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { useRealmForFile } from '@remctl/conformance';
import { type ClientOptions, Remctl } from '@remctl/core';
import { type DescriptorLimit, limitDescriptors } from '@remctl/realm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { shortageIn } from '../src/find-shortage.js';
import { createPureBackend } from '../src/index.js';

const realm = await useRealmForFile();
let limit: DescriptorLimit;

beforeAll(async () => {
  limit = await limitDescriptors();
});

afterAll(async () => {
  await limit[Symbol.asyncDispose]();
});

const descriptors = () => readdirSync('/proc/self/fd').length;

let copies = 0;

/** A copy of a file, which nobody has read yet. */
function fresh(file: string): string {
  copies += 1;
  const copy = join(realm.folder, `copy-${copies}`);
  copyFileSync(file, copy);
  return copy;
}

const cacheFile = () => realm.ccache.replace(/^FILE:/, '');

/** Has the configuration read again. */
function forgetConfiguration(): void {
  process.env.KRB5_CONFIG = fresh(realm.krb5Conf);
}

/** Has it read now, and so not in the next moments. */
async function readConfiguration(): Promise<void> {
  await using client = new Remctl(createPureBackend(), { ccache: realm.ccache });
  await client.open(realm.host, realm.port);
}

const newCcache = (): ClientOptions => ({ ccache: `FILE:${fresh(cacheFile())}` });
const newKeytab = (): ClientOptions => ({
  keytab: fresh(realm.keytabs.client),
  clientPrincipal: realm.principals.client,
});
const newPassword = (): ClientOptions => ({
  password: realm.passwords.client,
  clientPrincipal: realm.principals.client,
});

/**
 * Opens with so many descriptors left. Then the same client has to open, and nothing may be left
 * behind.
 */
async function openWith(left: number, client: Remctl, host: string): Promise<unknown> {
  const server = [host, realm.port, realm.principals.server] as const;
  const before = descriptors();
  const release = limit.takeAllBut(left);
  const failure = await client
    .open(...server)
    .catch((error: unknown) => error)
    .finally(release);
  await client.open(...server);
  expect((await client.run(['echo', 'x']).text()).stdout).toBe('x\n');
  await client.close();
  await vi.waitUntil(() => descriptors() <= before);
  return failure;
}

const EMFILE = {
  name: 'RemctlNetworkError',
  code: 'EMFILE',
  commandState: 'not-sent',
  message: expect.stringMatching(
    /^cannot connect to \S+ \(port \d+\): Too many open files \(EMFILE\): close/,
  ),
};

test.each(['localhost', '127.0.0.1'])(
  'none left for the name or the connection: %s',
  async (host) => {
    const client = new Remctl(createPureBackend(), newCcache());
    expect(await openWith(0, client, host)).toMatchObject(EMFILE);
  },
);

test('none left for the configuration', async () => {
  const client = new Remctl(createPureBackend(), newCcache());
  forgetConfiguration();
  expect(await openWith(1, client, '127.0.0.1')).toMatchObject(EMFILE);
});

test.each([
  ['the credential cache', newCcache],
  ['the keytab', newKeytab],
  ["the KDC's socket", newPassword],
])('none left for %s', async (_, options) => {
  const client = new Remctl(createPureBackend(), options());
  await readConfiguration();
  expect(await openWith(1, client, '127.0.0.1')).toMatchObject(EMFILE);
});

test.each([1, 2, 3, 4, 6, 8])(
  '%i left, and nothing read yet: EMFILE or a connection',
  async (left) => {
    for (const options of [newCcache, newKeytab]) {
      const client = new Remctl(createPureBackend(), options());
      forgetConfiguration();
      const failure = await openWith(left, client, realm.host);
      if (failure !== undefined) {
        expect(failure).toMatchObject(EMFILE);
      }
    }
  },
);

test('none left for what the library of the mechanism kerberos opens', async () => {
  const client = new Remctl(createPureBackend({ mechanism: 'kerberos' }));
  expect(await openWith(1, client, '127.0.0.1')).toMatchObject(EMFILE);
});

test('a chain of causes that is a ring is looked at once', () => {
  const ring = new Error('ring');
  ring.cause = new AggregateError([ring, new Error('other')], 'all', { cause: ring });
  expect(shortageIn(ring)).toBeUndefined();
});
