/** Opens without a free descriptor fail plainly; the next open works. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { useRealmForFile } from '@remctl/conformance';
import { type ClientOptions, Remctl } from '@remctl/core';
import { type DescriptorLimit, limitDescriptors } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shortageIn } from '../src/find-shortage.js';
import { createPureBackend } from '../src/index.js';
import { countDescriptors, waitForDescriptors } from './support/descriptors.js';

const realm = await useRealmForFile();
let limit: DescriptorLimit;

beforeAll(async () => {
  limit = await limitDescriptors();
});

afterAll(() => limit[Symbol.asyncDispose]());

let copies = 0;

/** Makes a copy of a file, which no cache of this process knows. */
function freshCopy(file: string): string {
  copies += 1;
  const copy = join(realm.folder, `copy-${copies}`);
  copyFileSync(file, copy);
  return copy;
}

const cacheFile = () => realm.ccache.replace(/^FILE:/, '');

/** Makes the next open read the configuration again. */
function forgetConfiguration(): void {
  process.env.KRB5_CONFIG = freshCopy(realm.krb5Conf);
}

/** Reads the configuration now, so that the next open does not. */
async function readConfiguration(): Promise<void> {
  await using client = new Remctl(createPureBackend(), { ccache: realm.ccache });
  await client.open(realm.host, realm.port);
}

const newCcache = (): ClientOptions => ({ ccache: `FILE:${freshCopy(cacheFile())}` });
const newKeytab = (): ClientOptions => ({
  keytab: freshCopy(realm.keytabs.client),
  clientPrincipal: realm.principals.client,
});
const newPassword = (): ClientOptions => ({
  password: realm.passwords.client,
  clientPrincipal: realm.principals.client,
});

/**
 * Opens with `left` free descriptors, and returns the error, if there is one. Afterwards the same client must
 * open and run a command, and no descriptor may stay open.
 */
async function openWith(left: number, client: Remctl, host: string): Promise<unknown> {
  const server = [host, realm.port, realm.principals.server] as const;
  const before = countDescriptors();
  const release = limit.takeAllBut(left);
  const failure = await client
    .open(...server)
    .catch((error: unknown) => error)
    .finally(release);
  await client.open(...server);
  expect((await client.run(['echo', 'x']).text()).stdout).toBe('x\n');
  await client.close();
  await waitForDescriptors(before);
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
  'open() says that no descriptor is left for the name or the connection: %s',
  async (host) => {
    const client = new Remctl(createPureBackend(), newCcache());
    expect(await openWith(0, client, host)).toMatchObject(EMFILE);
  },
);

test('open() says that no descriptor is left for the configuration', async () => {
  const client = new Remctl(createPureBackend(), newCcache());
  forgetConfiguration();
  expect(await openWith(1, client, '127.0.0.1')).toMatchObject(EMFILE);
});

test.each([
  ['the credential cache', newCcache],
  ['the keytab', newKeytab],
  ["the KDC's socket", newPassword],
])('open() says that no descriptor is left for %s', async (_, options) => {
  const client = new Remctl(createPureBackend(), options());
  await readConfiguration();
  expect(await openWith(1, client, '127.0.0.1')).toMatchObject(EMFILE);
});

test.each([1, 2, 3, 4, 6, 8])(
  'open() fails with EMFILE or succeeds if %i descriptors are left and no file was read yet',
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

test('open() says that no descriptor is left for the library of the mechanism kerberos', async () => {
  const client = new Remctl(createPureBackend({ mechanism: 'kerberos' }));
  expect(await openWith(1, client, '127.0.0.1')).toMatchObject(EMFILE);
});

test('shortageIn() reads each error of a ring of causes once', () => {
  const ring = new Error('ring');
  ring.cause = new AggregateError([ring, new Error('other')], 'all', { cause: ring });
  expect(shortageIn(ring)).toBeUndefined();
});
