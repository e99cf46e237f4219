/** Realms start, work and leave nothing behind, and so do proxies. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { FIRST_TOKEN_FLAGS, TOKEN_HEADER_LENGTH } from '@remctl/core/wire';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  changeDirectory,
  ldifUser,
  type Realm,
  sambaRuns,
  startProtocol1Proxy,
  startRealm,
  startTamperingProxy,
} from '../src/index.js';

const execute = promisify(execFile);

const INIT_WAITS = { timeout: 10_000 };

/** Runs the C client as the realm's alice. */
function remctl(realm: Realm, ...command: string[]) {
  return execute('remctl', ['-p', String(realm.port), 'localhost', ...command], {
    env: realm.env,
  });
}

async function processesIn(folder: string): Promise<string[]> {
  const { stdout } = await execute('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line.includes(folder));
}

/**
 * Proves that `processesIn` sees a realm's daemons: otherwise an empty result would prove nothing.
 */
async function expectDaemonsIn(folder: string): Promise<void> {
  const running = (await processesIn(folder)).join('\n');
  for (const program of ['krb5kdc', 'remctld', 'realm-cleanup']) {
    expect(running).toContain(program);
  }
}

test('programs that are missing are named, with what installs them on each system', async () => {
  const index = new URL('../dist/index.js', import.meta.url).href;
  const script = `import { startRealm } from '${index}'; await startRealm();`;
  const starting = execute(process.execPath, ['--input-type=module', '-e', script], {
    // The folders of daemons are looked into all the same, so the KDC and remctld are found.
    env: { PATH: '/nowhere' },
  });
  await expect(starting).rejects.toThrow(
    /kdestroy, kinit, klist, ktutil, kvno, perl: not installed.*\n +Debian, Ubuntu +apt-get install krb5-user perl\n +Fedora +dnf install krb5-workstation perl\n +Homebrew +brew install krb5 perl/,
  );
});

test('two realms run at once, each with its own clients and servers', async () => {
  const realms = await Promise.all([startRealm(), startRealm({ realm: 'OTHER.TEST' })]);
  const [one, two] = realms;
  expect((await remctl(one, 'test', 'whoami')).stdout).toBe('alice@REMCTL.TEST\n');
  expect((await remctl(two, 'test', 'whoami')).stdout).toBe('alice@OTHER.TEST\n');
  await remctl(one, 'test', 'tally', 'here');
  expect([one.tally('here'), two.tally('here')]).toEqual([1, 0]);

  for (const { folder } of realms) {
    await expectDaemonsIn(folder);
  }
  const sleeping = remctl(one, 'test', 'sleep', '60').catch((error: unknown) => error);
  await Promise.all(realms.map((realm) => realm.dispose()));
  expect(await sleeping).toBeInstanceOf(Error);
  for (const { folder } of realms) {
    expect(existsSync(folder)).toBe(false);
    expect(await processesIn(folder)).toEqual([]);
  }
});

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'the processes and the folder are gone after the owner ends by %s',
  async (signal) => {
    const index = new URL('../dist/index.js', import.meta.url).href;
    const program = `const realm = await (await import(${JSON.stringify(index)})).startRealm();
    console.log(realm.folder); process.stdin.resume().on('end', () => process.exit());`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program]);
    onTestFinished(() => void owner.kill('SIGKILL'));
    const folder = await new Promise<string>((resolve) => {
      owner.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    });
    expect(readdirSync(folder)).toContain('krb5.conf');
    await expectDaemonsIn(folder);
    owner.kill(signal);
    await expect.poll(() => existsSync(folder), { timeout: 5000 }).toBe(false);
    expect(await processesIn(folder)).toEqual([]);
  },
);

test('a realm offers a second remctld, an expired ticket, a KDC that stops, and protocol 1', async () => {
  await using realm = await startRealm({ enctype: 'aes256-cts-hmac-sha384-192' });
  const second = await realm.startRemctld({ config: 'only this /bin/echo ANYUSER\n' });
  const { stdout } = await remctl({ ...realm, port: second.port }, 'only', 'this');
  expect(stdout).toBe('this\n');
  await using proxy = await startProtocol1Proxy(realm.port);
  const one = await remctl({ ...realm, port: proxy.port }, 'test', 'streams');
  expect(one.stdout).toBe('out 1\nerr 1\nout 2\nerr 2\n');

  const env = { ...realm.env, KRB5CCNAME: await realm.expiredCcache() };
  await expect(remctl({ ...realm, env }, 'test', 'whoami')).rejects.toThrow(/expired/i);
  await realm.stopKdc();
  await expect(realm.kinit()).rejects.toThrow(/contact any KDC/);
  await realm.startKdc();
  await realm.kinit();
});

test.each([
  ['undone by its own function', true],
  ['undone by dispose()', false],
])('useHere() is %s', async (_, leaveFirst) => {
  const variables = () => [process.env.KRB5_CONFIG, process.env.KRB5CCNAME];
  const before = variables();
  const realm = await startRealm();
  try {
    const leave = realm.useHere();
    expect(variables()).toEqual([realm.krb5Conf, realm.ccache]);
    if (leaveFirst) {
      leave();
      expect(variables()).toEqual(before);
    }
  } finally {
    await realm.dispose();
  }
  expect(variables()).toEqual(before);
});

test('a realm with a KDC of Heimdal works and leaves nothing behind', async () => {
  const realm = await startRealm({ kdc: 'heimdal' });
  expect((await remctl(realm, 'test', 'whoami')).stdout).toBe('alice@REMCTL.TEST\n');
  expect((await processesIn(realm.folder)).join('\n')).toContain('--addresses=127.0.0.1');
  // Heimdal's KDC writes a file with its process id into /run; only root may write there.
  const pidFile = join('/run', `${basename(realm.folder)}.pid`);
  expect(existsSync(pidFile)).toBe(process.getuid?.() === 0);
  expect(await realm.kadmin('get host/localhost')).toContain('aes256-cts-hmac-sha1-96');

  await realm.stopKdc();
  await expect(realm.kinit()).rejects.toThrow(/contact any KDC/);
  await realm.startKdc();
  await realm.kinit({ principal: 'mallory' });
  await realm.dispose();
  expect(existsSync(realm.folder)).toBe(false);
  expect(await processesIn(realm.folder)).toEqual([]);
  expect(existsSync(pidFile)).toBe(false);
});

test.runIf(sambaRuns())(
  'a realm with a KDC of Active Directory works and leaves nothing behind',
  async () => {
    const realm = await startRealm({ kdc: 'samba' });
    expect((await remctl(realm, 'test', 'whoami')).stdout).toBe('alice@REMCTL.TEST\n');
    // Samba changes the arguments that ps shows.
    const sambaPid = () =>
      Number(readFileSync(join(realm.folder, 'domain', 'run', 'samba.pid'), 'utf8'));
    expect(process.kill(sambaPid(), 0)).toBe(true);
    expect(await realm.kadmin('user show mallory')).toContain('CN=mallory,CN=Users,DC=remctl');
    const bob = ldifUser(realm.name, { name: 'bob', password: 'secret' });
    await changeDirectory(realm, bob);
    await expect(changeDirectory(realm, bob)).rejects.toThrow('already exists');

    await realm.stopKdc();
    await expect(realm.kinit()).rejects.toThrow(/contact any KDC/);
    await realm.startKdc();
    await realm.kinit({ principal: 'mallory' });
    const pid = sambaPid();
    await realm.dispose();
    expect(existsSync(realm.folder)).toBe(false);
    expect(await processesIn(realm.folder)).toEqual([]);
    // An ended process has a number until init has waited for it: a busy machine takes a while.
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), INIT_WAITS);
  },
);

test.runIf(sambaRuns())('a realm of Active Directory has no keys of SHA-2', async () => {
  const options = { kdc: 'samba', enctype: 'aes256-cts-hmac-sha384-192' } as const;
  await expect(startRealm(options)).rejects.toThrow('no keys of the type aes256-cts-hmac-sha384');
});

test('a realm with another clock works and leaves nothing behind', async () => {
  const realm = await startRealm({ clock: '+1h' });
  try {
    await realm.kinit({ ccache: realm.ccache });
    expect((await remctl(realm, 'test', 'whoami')).stdout).toBe('alice@REMCTL.TEST\n');
    const { stdout } = await execute('klist', [realm.ccache], { env: { ...realm.env, TZ: 'UTC' } });
    const start = /^(\S+ \S+) .*krbtgt/m.exec(stdout)?.[1];
    const ahead = new Date(`${start} UTC`).getTime() - Date.now();
    expect(Math.round(ahead / 60_000)).toBe(60);
  } finally {
    await realm.dispose();
  }
  const left = readdirSync('/dev/shm').filter((name) => name.endsWith(`_${realm.remctld.pid}`));
  expect(left).toEqual([]);
});

test('what killed programs of libfaketime left behind fails no command of a realm with another clock', async () => {
  await using realm = await startRealm({ clock: '+1h' });
  expect((await remctl(realm, 'test', 'whoami')).stdout).toBe('alice@REMCTL.TEST\n');
  const next = Number((await execute('sh', ['-c', 'echo $$'])).stdout);
  const stale = Array.from({ length: 1000 }, (_, n) => `/dev/shm/sem.faketime_sem_${next + n}`);
  const made = stale.filter((path) => !existsSync(path));
  onTestFinished(() => {
    for (const path of made) {
      rmSync(path, { force: true });
    }
  });
  for (const path of made) {
    writeFileSync(path, '');
  }
  for (let n = 0; n < 5; n += 1) {
    expect((await remctl(realm, 'test', 'whoami')).stdout).toBe('alice@REMCTL.TEST\n');
  }
});

test('a daemon that was ended is no longer cleaned up after', async () => {
  await using realm = await startRealm({ clock: '+1h' });
  const server = await realm.startRemctld();
  const watched = () => readdirSync(join(realm.folder, 'pids'));
  const left = () => readdirSync('/dev/shm').filter((name) => name.endsWith(`_${server.pid}`));
  expect(watched()).toContain(String(server.pid));
  expect(left()).toHaveLength(2);
  await server.kill();
  // Another program may get its number.
  expect(watched()).not.toContain(String(server.pid));
  expect(left()).toEqual([]);
});

test('a proxy cuts, pauses, gathers and crumbles one direction, and records both', async () => {
  await using realm = await startRealm();
  const through = (proxy: { port: number }) =>
    remctl({ ...realm, port: proxy.port }, 'test', 'whoami');
  await using recorder = await startTamperingProxy(realm.port);
  const { stdout } = await through(recorder);
  await recorder.settle();
  expect(recorder.traffic()).toHaveLength(1);
  // The first token's flags, and the length of its empty payload.
  const firstToken = Buffer.of(FIRST_TOKEN_FLAGS, 0, 0, 0, 0);
  expect(recorder.traffic()[0]?.client.subarray(0, TOKEN_HEADER_LENGTH)).toEqual(firstToken);
  const length = recorder.traffic()[0]?.server.length ?? 0;

  const kept = [
    { type: 'pause', offset: 7, ms: 5 },
    { type: 'gather', offset: length, ms: 20 },
    { type: 'crumble' },
  ] as const;
  for (const tampering of kept) {
    await using proxy = await startTamperingProxy(realm.port, 'server', tampering);
    expect((await through(proxy)).stdout).toBe(stdout);
  }
  for (const type of ['end', 'reset'] as const) {
    await using proxy = await startTamperingProxy(realm.port, 'server', { type, offset: 7 });
    await expect(through(proxy)).rejects.toThrow();
  }
});

test('another program runs in place of remctld, with its options', async () => {
  const script = 'echo "options: $*"; PATH=$PATH:/usr/sbin exec remctld "$@"';
  await using realm = await startRealm({ remctld: ['/bin/sh', '-c', script, 'sh'] });
  expect((await remctl(realm, 'test', 'whoami')).stdout).toBe('alice@REMCTL.TEST\n');
  const given = /options: (.*)/.exec(readFileSync(realm.remctld.log, 'utf8'))?.[1];
  expect(given).toBe(
    `-m -F -S -b 127.0.0.1 -p ${realm.port} -k ${realm.keytabs.server} ` +
      `-f ${join(realm.folder, 'remctld-1.conf')} -P ${join(realm.folder, 'remctld-1.pid')}`,
  );
});
