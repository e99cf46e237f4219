/**
 * The default credential cache and collection, whatever they hold. libkrb5 1.20.1 ends the process where it
 * cannot read a default cache, so each is tried in a process of its own, and beside the C client.
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
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const core = new URL('../../core/dist/index.js', import.meta.url).href;
const native = new URL('../dist/index.js', import.meta.url).href;

/** Far above what an open takes: a process that hangs ends by it, without a status. */
const LONGEST_MS = 15_000;

const PROGRAM = `
  const [core, native, port] = process.argv.slice(1);
  const { Remctl } = await import(core);
  const { createNativeBackend } = await import(native);
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

let realm: Realm;
let alice: string;
let mallory: string;
/** What the C client did, for people who read the log. */
const ofC: string[] = [];

beforeAll(async () => {
  realm = await startRealm();
  alice = `${realm.principals.client}\n`;
  mallory = `${realm.principals.otherClient}\n`;
});

afterAll(async () => {
  console.log(`the C client:\n${ofC.join('\n')}`);
  await realm.dispose();
});

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

/** Both clients. Gives what ours said, which has to end by itself. */
async function open(
  what: string,
  env: NodeJS.ProcessEnv,
  wrapper: readonly string[] = [],
): Promise<unknown> {
  const c = await run(
    [...wrapper, 'timeout', '3', 'remctl', '-p', `${realm.port}`, 'localhost', 'test', 'whoami'],
    env,
  );
  ofC.push(`  ${what}: ${c.signal ?? `status ${c.status}`}: ${c.stdout}${c.stderr}`.trimEnd());
  const node = [process.execPath, '--input-type=module', '-e', PROGRAM];
  const ours = await run([...wrapper, ...node, core, native, `${realm.port}`], env);
  expect(ours, what).toMatchObject({ status: 0, signal: null, stderr: '' });
  return JSON.parse(ours.stdout);
}

const refusal = (message: RegExp) => ({
  name: 'RemctlAuthenticationError',
  commandState: 'not-sent',
  message: expect.stringMatching(message),
});

const folder = () => mkdtempSync(join(realm.folder, 'case-'));
const fileOf = (cache: string) => cache.replace(/^FILE:/, '');
const goodCache = () => readFileSync(fileOf(realm.ccache));

/** Root reads what has no permission, except without this capability. */
const withoutOverride =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-all']
    : [];

describe('a file as default cache that is', () => {
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
    test(`${what}: an authentication error, and the process goes on`, async () => {
      const path = join(folder(), 'ccache');
      make(path);
      const env = { KRB5CCNAME: `FILE:${path}` };
      expect(await open(what, env, withoutOverride)).toEqual(refusal(says));
      // krb5.conf names it, and so does a name without a type.
      const krb5Conf = `${path}.conf`;
      const text = readFileSync(realm.krb5Conf, 'utf8');
      writeFileSync(krb5Conf, text.replace('\n', `\n  default_ccache_name = FILE:${path}\n`));
      const byFile = { KRB5CCNAME: undefined, KRB5_CONFIG: krb5Conf };
      expect(await open(`${what}, by krb5.conf`, byFile, withoutOverride)).toEqual(refusal(says));
      const byPath = { KRB5CCNAME: path };
      expect(await open(`${what}, by its path`, byPath, withoutOverride)).toEqual(refusal(says));
    }, 90_000);
  }

  test('cut anywhere: an authentication error', async () => {
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

  test('its primary cache is taken', async () => {
    const { path, env } = collection();
    expect(await open('collection', env)).toEqual({ stdout: alice });
    writeFileSync(join(path, 'primary'), 'tkt2\n');
    expect(await open('collection, other primary', env)).toEqual({ stdout: mallory });
  });

  test('.k5identity selects one of it', async () => {
    const { path, env } = collection();
    writeFileSync(join(path, '.k5identity'), `${mallory.trim()} host=localhost\n`);
    expect(await open('collection, .k5identity', env)).toEqual({ stdout: mallory });
    writeFileSync(join(path, '.k5identity'), `${mallory.trim()} host=other.test\n`);
    expect(await open('collection, .k5identity of others', env)).toEqual({ stdout: alice });
  });

  test('with a primary cache that is empty or garbage: the one of its realm is taken', async () => {
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

  test('with nothing that can be read: an authentication error', async () => {
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

  test('with another cache that is garbage: the primary one is taken', async () => {
    const { path, env } = collection();
    writeFileSync(join(path, 'tkt0'), 'garbage\n');
    expect(await open('collection, another garbage', env)).toEqual({ stdout: alice });
  });

  test('with a FIFO in it: an authentication error', async () => {
    for (const name of ['tkt3', 'primary']) {
      const { path, env } = collection();
      execFileSync('rm', ['-f', join(path, name)]);
      execFileSync('mkfifo', [join(path, name)]);
      expect(await open(`collection, ${name} a FIFO`, env)).toEqual(refusal(/is a FIFO/));
    }
  }, 60_000);

  test('absent, empty, in memory, of an unknown type, or a service that is not there', async () => {
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

describe('what libkrb5 selects, and none of it is the cache', () => {
  test('.k5identity names a client that the cache is not of: an authentication error', async () => {
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

  test('a client keytab gets the ticket where there is no cache, and writes the cache', async () => {
    const path = join(folder(), 'ccache');
    const env = { KRB5CCNAME: path, KRB5_CLIENT_KTNAME: realm.keytabs.client };
    expect(await open('client keytab, for C', env)).toEqual({ stdout: alice });
    expect(await open('client keytab, cache there', env)).toEqual({ stdout: alice });
    const fresh = { ...env, KRB5CCNAME: `${path}-2` };
    const node = [process.execPath, '--input-type=module', '-e', PROGRAM];
    const { stdout } = await run([...node, core, native, `${realm.port}`], fresh);
    expect(JSON.parse(stdout)).toEqual({ stdout: alice });
    expect(readFileSync(`${path}-2`).length).toBeGreaterThan(100);
  }, 60_000);

  test('a client keytab and a cache that is garbage or a FIFO: an authentication error', async () => {
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

  test('a client keytab that is not there, or garbage, changes nothing', async () => {
    const keytab = join(folder(), 'keytab');
    const env = { KRB5_CLIENT_KTNAME: keytab };
    expect(await open('no client keytab', env)).toEqual({ stdout: alice });
    writeFileSync(keytab, 'garbage\n');
    expect(await open('client keytab garbage', env)).toEqual({ stdout: alice });
    const bad = { ...env, KRB5CCNAME: keytab };
    expect(await open('both garbage', bad)).toEqual(refusal(/kinit/));
  }, 60_000);
});

test('a cache that the caller names and that is a FIFO: an authentication error', async () => {
  const path = join(folder(), 'ccache');
  execFileSync('mkfifo', [path]);
  const program = PROGRAM.replace('try {', `client.setCcache('FILE:${path}'); try {`);
  const node = [process.execPath, '--input-type=module', '-e', program];
  const { stdout } = await run([...node, core, native, `${realm.port}`], {});
  expect(JSON.parse(stdout)).toEqual(refusal(/is a FIFO/));
});

/** Opens again and again while the cache becomes good, garbage, empty and absent by turns. */
const RACE = `
  import { renameSync, rmSync, writeFileSync } from 'node:fs';
  const [core, native, port, cache, good] = process.argv.slice(1);
  const { Remctl } = await import(core);
  const { createNativeBackend } = await import(native);
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

test('a default cache that changes while it is looked at never ends the process', async () => {
  const file = join(folder(), 'ccache');
  const collection = folder();
  const home = folder();
  writeFileSync(join(home, '.k5identity'), `${alice.trim()} host=localhost\n`);
  for (const [cache, env] of [
    [file, { KRB5CCNAME: file }],
    [file, { KRB5CCNAME: file, HOME: home }],
    [join(collection, 'tkt'), { KRB5CCNAME: `DIR:${collection}` }],
  ] as const) {
    const node = [process.execPath, '--input-type=module', '-e', RACE, core, native];
    const args = [`${realm.port}`, cache, fileOf(realm.ccache)];
    const ended = await run([...node, ...args], env);
    expect(ended).toMatchObject({ status: 0, signal: null, stderr: '' });
    const counts: Record<string, number> = JSON.parse(ended.stdout);
    expect(Object.keys(counts).sort()).toEqual(['RemctlAuthenticationError', 'open']);
  }
}, 60_000);
