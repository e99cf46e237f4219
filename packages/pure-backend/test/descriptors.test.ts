/** Opens while this process runs out of file descriptors: the error says so, and the next open works. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { type ClientOptions, Remctl } from '@remctl/core';
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPureBackend } from '../src/index.js';
import { shortageIn } from '../src/shortage.js';

/** Descriptors that this process may have meanwhile. */
const LIMIT = 256;

let realm: Realm;
let leave: () => void;

/** A program that sets this process's limit: when there is no descriptor left, none can be started. */
function startLimiter() {
  const script = 'while read soft; do prlimit --pid "$0" --nofile="$soft:" && echo done; done';
  const child = spawn('sh', ['-c', script, String(process.pid)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  return {
    async set(soft: string) {
      child.stdin.write(`${soft}\n`);
      await once(lines, 'line');
    },
    end: () => child.kill('SIGKILL'),
  };
}

beforeAll(async () => {
  realm = await startRealm();
  leave = realm.useHere();
  const limiter = startLimiter();
  await limiter.set(String(LIMIT));
  return async () => {
    await limiter.set('4096');
    limiter.end();
  };
});

afterAll(async () => {
  leave();
  await realm.dispose();
});

const descriptors = () => readdirSync('/proc/self/fd').length;

/** Takes all descriptors but so many. Gives what releases them. */
function takeAllBut(left: number): () => void {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    expect(error).toMatchObject({ code: 'EMFILE' });
  }
  for (const fd of taken.splice(0, left)) closeSync(fd);
  return () => {
    for (const fd of taken) closeSync(fd);
  };
}

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

/** Opens with so many descriptors left. Then the same client has to open, and nothing may be left behind. */
async function openWith(left: number, client: Remctl, host: string): Promise<unknown> {
  const server = [host, realm.port, realm.principals.server] as const;
  const before = descriptors();
  const release = takeAllBut(left);
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
      if (failure !== undefined) expect(failure).toMatchObject(EMFILE);
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
