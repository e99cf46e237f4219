/**
 * Default credential caches and collections, good and bad. libkrb5 1.20.1 ends the process if it
 * cannot read a default cache, so each test runs in a process of its own. The C client runs beside
 * it.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { startRealmForFile } from '@remctl/conformance';
import { afterAll, describe, expect, test } from 'vitest';
import { nodeArguments } from './support/programs.js';

const realm = await startRealmForFile();
const alice = `${realm.principals.client}\n`;
const mallory = `${realm.principals.otherClient}\n`;

/** Ends a process that hangs, which then has no status. An open takes far less. */
const LONGEST_MS = 15_000;

const PROGRAM = `
  const [port] = process.argv.slice(1);
  const client = new Remctl(createNativeBackend());
  try {
    await client.open('localhost', Number(port));
    const { stdout } = await client.run(['test', 'whoami']).text();
    console.log(JSON.stringify({ stdout }));
    await client.close();
  } catch ({ name, message, commandState }) {
    console.log(JSON.stringify({ name, message, commandState }));
  }`;

interface Ending {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the C client did, for people who read the log. */
const cClientLog: string[] = [];

afterAll(() => console.log(`the C client:\n${cClientLog.join('\n')}`));

/** Runs a command in the realm's environment, with `env` over it. */
function run(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Ending> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env: { ...realm.env, ...env }, timeout: LONGEST_MS });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data));
  child.stderr.on('data', (data: Buffer) => (stderr += data));
  return new Promise((resolve) => {
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
}

/**
 * Opens with the C client and with ours, which has to end by itself, and returns what ours said.
 */
async function open(
  what: string,
  env: NodeJS.ProcessEnv,
  wrapper: readonly string[] = [],
): Promise<unknown> {
  const c = await run(
    [...wrapper, 'timeout', '3', 'remctl', '-p', `${realm.port}`, 'localhost', 'test', 'whoami'],
    env,
  );
  cClientLog.push(
    `  ${what}: ${c.signal ?? `status ${c.status}`}: ${c.stdout}${c.stderr}`.trimEnd(),
  );
  const ours = await run([...wrapper, process.execPath, ...openWith(PROGRAM)], env);
  expect(ours, what).toMatchObject({ status: 0, signal: null, stderr: '' });
  return JSON.parse(ours.stdout);
}

const openWith = (program: string) => nodeArguments(program, `${realm.port}`);

const refusal = (message: RegExp) => ({
  name: 'RemctlAuthenticationError',
  commandState: 'not-sent',
  message: expect.stringMatching(message),
});

const folder = () => mkdtempSync(join(realm.folder, 'case-'));
const fileOf = (cache: string) => cache.replace(/^FILE:/, '');
const goodCache = () => readFileSync(fileOf(realm.ccache));

/** Takes from root the capability to read files that nobody may read. */
const withoutOverride =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-all']
    : [];

describe('a default cache that is', () => {
  const REMEDY = /kinit/;
  const bad: Record<string, { make(path: string): void; says: RegExp }> = {
    empty: { make: (path) => writeFileSync(path, ''), says: /credentials? cache.*kinit/is },
    garbage: { make: (path) => writeFileSync(path, 'garbage\n'.repeat(100)), says: REMEDY },
    'of another version': {
      make: (path) => writeFileSync(path, Buffer.concat([Buffer.of(5, 9), goodCache()])),
      says: REMEDY,
    },
    'a folder': { make: (path) => mkdirSync(path), says: /is a folder.*kinit/s },
    'a FIFO': {
      make: (path) => void execFileSync('mkfifo', [path]),
      says: /is a FIFO.*kinit/s,
    },
    unreadable: {
      make(path) {
        writeFileSync(path, goodCache());
        chmodSync(path, 0);
      },
      says: /Permission denied|Credentials cache.*permissions/is,
    },
    absent: { make: () => undefined, says: REMEDY },
  };
  for (const [what, { make, says }] of Object.entries(bad)) {
    test(`${what} is an authentication error, and the process goes on`, async () => {
      const path = join(folder(), 'ccache');
      make(path);
      const env = { KRB5CCNAME: `FILE:${path}` };
      expect(await open(what, env, withoutOverride)).toEqual(refusal(says));
      // The same cache, named by krb5.conf, and by a path without a type.
      const krb5Conf = `${path}.conf`;
      const text = readFileSync(realm.krb5Conf, 'utf8');
      writeFileSync(krb5Conf, text.replace('\n', `\n  default_ccache_name = FILE:${path}\n`));
      const byFile = { KRB5CCNAME: undefined, KRB5_CONFIG: krb5Conf };
      expect(await open(`${what}, by krb5.conf`, byFile, withoutOverride)).toEqual(refusal(says));
      const byPath = { KRB5CCNAME: path };
      expect(await open(`${what}, by its path`, byPath, withoutOverride)).toEqual(refusal(says));
    }, 90_000);
  }

  test('cut anywhere is an authentication error', async () => {
    const whole = goodCache().length;
    for (const length of [1, 2, 3, 4, 12, 17, 25, 40, 60, whole >> 1]) {
      const path = join(folder(), 'ccache');
      writeFileSync(path, goodCache());
      truncateSync(path, length);
      const env = { KRB5CCNAME: `FILE:${path}` };
      expect(await open(`cut after ${length}`, env)).toEqual(refusal(/kinit/));
    }
  }, 90_000);
});

describe('a default collection', () => {
  const collection = () => {
    const path = join(folder(), 'collection');
    mkdirSync(path);
    cpSync(fileOf(realm.ccache), join(path, 'tkt1'));
    cpSync(fileOf(realm.otherCcache), join(path, 'tkt2'));
    writeFileSync(join(path, 'primary'), 'tkt1\n');
    return { path, env: { KRB5CCNAME: `DIR:${path}`, HOME: path } };
  };

  test('gives its primary cache', async () => {
    const { path, env } = collection();
    expect(await open('collection', env)).toEqual({ stdout: alice });
    writeFileSync(join(path, 'primary'), 'tkt2\n');
    expect(await open('collection, other primary', env)).toEqual({ stdout: mallory });
  });

  test('gives the cache that .k5identity selects', async () => {
    const { path, env } = collection();
    writeFileSync(join(path, '.k5identity'), `${mallory.trim()} host=localhost\n`);
    expect(await open('collection, .k5identity', env)).toEqual({ stdout: mallory });
    writeFileSync(join(path, '.k5identity'), `${mallory.trim()} host=other.test\n`);
    expect(await open('collection, .k5identity of others', env)).toEqual({ stdout: alice });
  });

  test("with an empty or garbage primary cache gives the cache of the server's realm", async () => {
    for (const [what, make] of [
      ['empty', (path: string) => writeFileSync(path, '')],
      ['garbage', (path: string) => writeFileSync(path, 'garbage\n')],
    ] as const) {
      const { path, env } = collection();
      make(join(path, 'tkt3'));
      writeFileSync(join(path, 'primary'), 'tkt3\n');
      expect(await open(`collection, primary ${what}`, env)).toEqual({ stdout: alice });
    }
  });

  test('without a readable cache is an authentication error', async () => {
    for (const [what, make] of [
      ['empty', (path: string) => writeFileSync(path, '')],
      ['garbage', (path: string) => writeFileSync(path, 'garbage\n')],
      ['a folder', (path: string) => mkdirSync(path)],
    ] as const) {
      const path = folder();
      make(join(path, 'tkt3'));
      writeFileSync(join(path, 'primary'), 'tkt3\n');
      const env = { KRB5CCNAME: `DIR:${path}` };
      expect(await open(`collection of one ${what}`, env)).toEqual(refusal(/kinit/));
    }
  });

  test('with garbage in another cache gives its primary cache', async () => {
    const { path, env } = collection();
    writeFileSync(join(path, 'tkt0'), 'garbage\n');
    expect(await open('collection, another garbage', env)).toEqual({ stdout: alice });
  });

  test('with a FIFO in it is an authentication error', async () => {
    for (const name of ['tkt3', 'primary']) {
      const { path, env } = collection();
      execFileSync('rm', ['-f', join(path, name)]);
      execFileSync('mkfifo', [join(path, name)]);
      expect(await open(`collection, ${name} a FIFO`, env)).toEqual(refusal(/is a FIFO/));
    }
  }, 60_000);

  test('that is absent, empty, in memory, of an unknown type or without its service is an authentication error', async () => {
    const empty = folder();
    for (const name of [
      `DIR:${join(empty, 'none')}`,
      `DIR:${empty}`,
      `DIR::${join(empty, 'tkt1')}`,
      'MEMORY:none',
      'BOGUS:none',
      'KEYRING:process:none',
      'KCM:',
    ]) {
      expect(await open(name, { KRB5CCNAME: name }), name).toEqual(refusal(/./));
    }
  }, 90_000);
});

describe('a selection outside the cache', () => {
  test('.k5identity with a client that the cache is not for is an authentication error', async () => {
    const home = folder();
    writeFileSync(join(home, '.k5identity'), `${mallory.trim()} host=localhost\n`);
    expect(await open('.k5identity of another', { HOME: home })).toEqual(refusal(/mallory/));
    writeFileSync(join(home, '.k5identity'), `${alice.trim()} host=localhost\n`);
    expect(await open('.k5identity of the same', { HOME: home })).toEqual({ stdout: alice });
    const path = join(home, 'ccache');
    writeFileSync(path, 'garbage\n');
    const env = { HOME: home, KRB5CCNAME: path };
    expect(await open('.k5identity, garbage', env)).toEqual(refusal(/./));
  }, 60_000);

  test('a client keytab gets the ticket if there is no cache, and writes the cache', async () => {
    const path = join(folder(), 'ccache');
    const env = { KRB5CCNAME: path, KRB5_CLIENT_KTNAME: realm.keytabs.client };
    expect(await open('client keytab, for C', env)).toEqual({ stdout: alice });
    expect(await open('client keytab, cache there', env)).toEqual({ stdout: alice });
    const fresh = { ...env, KRB5CCNAME: `${path}-2` };
    const { stdout } = await run([process.execPath, ...openWith(PROGRAM)], fresh);
    expect(JSON.parse(stdout)).toEqual({ stdout: alice });
    expect(readFileSync(`${path}-2`).length).toBeGreaterThan(100);
  }, 60_000);

  test('a client keytab with a cache that is garbage or a FIFO is an authentication error', async () => {
    for (const what of ['garbage', 'a FIFO']) {
      const path = join(folder(), 'ccache');
      if (what === 'garbage') {
        writeFileSync(path, 'garbage\n');
      } else {
        execFileSync('mkfifo', [path]);
      }
      const env = { KRB5CCNAME: path, KRB5_CLIENT_KTNAME: realm.keytabs.client };
      expect(await open(`client keytab, cache ${what}`, env)).toEqual(refusal(/./));
    }
  }, 60_000);

  test('a client keytab that is absent or garbage changes nothing', async () => {
    const keytab = join(folder(), 'keytab');
    const env = { KRB5_CLIENT_KTNAME: keytab };
    expect(await open('no client keytab', env)).toEqual({ stdout: alice });
    writeFileSync(keytab, 'garbage\n');
    expect(await open('client keytab garbage', env)).toEqual({ stdout: alice });
    const bad = { ...env, KRB5CCNAME: keytab };
    expect(await open('both garbage', bad)).toEqual(refusal(/kinit/));
  }, 60_000);
});

test('a FIFO that the caller names as cache is an authentication error', async () => {
  const path = join(folder(), 'ccache');
  execFileSync('mkfifo', [path]);
  const program = PROGRAM.replace('try {', `client.setCcache('FILE:${path}'); try {`);
  const { stdout } = await run([process.execPath, ...openWith(program)], {});
  expect(JSON.parse(stdout)).toEqual(refusal(/is a FIFO/));
});

/** Opens again and again while the cache becomes garbage, empty, absent and good in turn. */
const RACE = `
  import { renameSync, rmSync, writeFileSync } from 'node:fs';
  const [port, cache, good] = process.argv.slice(1);
  const { readFileSync } = await import('node:fs');
  const backend = createNativeBackend();
  const contents = [readFileSync(good), 'garbage', '', undefined];
  let turn = 0;
  const swap = () => {
    turn += 1;
    const content = contents[turn % contents.length];
    if (content === undefined) rmSync(cache);
    else {
      writeFileSync(cache + '.new', content);
      renameSync(cache + '.new', cache);
    }
  };
  const counts = {};
  const deadline = performance.now() + 2000;
  const open = async () => {
    while (performance.now() < deadline) {
      const client = new Remctl(backend);
      const end = await client.open('localhost', Number(port)).then(() => 'open', ({ name }) => name);
      counts[end] = (counts[end] ?? 0) + 1;
      await client.close();
    }
  };
  swap();
  const swapping = setInterval(swap, 1);
  await Promise.all([open(), open(), open()]);
  clearInterval(swapping);
  console.log(JSON.stringify(counts));`;

test('a default cache that changes while it is read never ends the process', async () => {
  const file = join(folder(), 'ccache');
  const collection = folder();
  const home = folder();
  writeFileSync(join(home, '.k5identity'), `${alice.trim()} host=localhost\n`);
  for (const [cache, env] of [
    [file, { KRB5CCNAME: file }],
    [file, { KRB5CCNAME: file, HOME: home }],
    [join(collection, 'tkt'), { KRB5CCNAME: `DIR:${collection}` }],
  ] as const) {
    const args = nodeArguments(RACE, `${realm.port}`, cache, fileOf(realm.ccache));
    const ended = await run([process.execPath, ...args], env);
    expect(ended).toMatchObject({ status: 0, signal: null, stderr: '' });
    const counts: Record<string, number> = JSON.parse(ended.stdout);
    expect(Object.keys(counts).sort()).toEqual(['RemctlAuthenticationError', 'open']);
  }
}, 60_000);
