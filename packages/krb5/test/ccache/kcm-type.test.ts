/** Credential caches of type KCM, from daemons that do what no real one does. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runs } from '../../../../tools/property-runs.mjs';
import type { Ccache } from '../../src/ccache/ccache.js';
import { ccacheCollection, locateCcache } from '../../src/ccache/ccache-name.js';
import {
  decodeKcmCredential,
  decodeKcmCredentials,
  decodeKcmName,
  decodeKcmOffset,
  decodeKcmPrincipal,
  decodeKcmUuids,
  KcmReplyError,
  splitKcmReply,
} from '../../src/ccache/kcm-protocol.js';
import { ccacheSource } from '../../src/client/ccache-source.js';
import { type Krb5Config, readKrb5Config } from '../../src/config/krb5-config.js';
import { EncryptionKey } from '../../src/crypto/encryption-key.js';
import { createKrb5State } from '../../src/gss/krb5-state.js';
import { formatPrincipal, parsePrincipal } from '../../src/principal.js';
import { ccache as arbitraryCcache, plainCcache } from '../support/arbitrary.js';
import {
  framed,
  int32,
  type KcmServer,
  keeping,
  type Operation,
  reply,
  type Script,
  startKcmServer,
  uuid,
} from '../support/kcm-server.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();
let config: Krb5Config;
let server: KcmServer | undefined;

const socketOf = () => files.path('kcm.socket');

beforeEach(async () => {
  config = await configWith(socketOf());
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});

function configWith(socket: string): Promise<Krb5Config> {
  const path = files.write('krb5.conf', `[libdefaults]\nkcm_socket = ${socket}\n`);
  return readKrb5Config({ KRB5_CONFIG: path });
}

async function start(script: Script): Promise<KcmServer> {
  server = await startKcmServer(socketOf(), script);
  return server;
}

const SECRET = Buffer.from('the secret session key of 32 byt');

/** Makes a cache of `client` with one ticket. */
function cacheOf(client: string): Ccache {
  const defaultPrincipal = parsePrincipal(client);
  return {
    version: 4,
    timeOffset: { seconds: 7, microseconds: 0 },
    defaultPrincipal,
    credentials: [
      {
        client: defaultPrincipal,
        server: parsePrincipal('krbtgt/R@R'),
        key: new EncryptionKey(18, SECRET),
        authtime: 1_700_000_000,
        starttime: 1_700_000_001,
        endtime: 4_000_000_000,
        renewTill: 0,
        isSkey: false,
        flags: 0x4061_0000,
        addresses: [],
        authorizationData: [],
        ticket: Uint8Array.from(Buffer.from('ticket')),
        secondTicket: new Uint8Array(),
      },
    ],
    configEntries: [
      { key: 'pa_type', principal: 'krbtgt/R@R', value: Uint8Array.from(Buffer.from('2')) },
    ],
  };
}

const read = (name = 'KCM:', signal?: AbortSignal) => locateCcache(name, config).read(signal);

const UNSUPPORTED = {
  'Heimdal’s daemon': int32(-1_765_328_188),
  'sssd’s daemon': int32(-1_765_328_137),
  'an older daemon of sssd': int32(-1_765_328_191),
};

describe('a KCM cache', () => {
  test('is read in one reply, by its own name and as the primary one', async () => {
    const alice = cacheOf('alice@R');
    const { asked } = await start(keeping({ '0:7': alice, 'a b': cacheOf('bob@R') }));
    const { path, ccache } = await read();
    expect(path).toBe('KCM:0:7');
    expect(plainCcache(ccache)).toEqual(plainCcache(alice));
    expect(asked).toEqual([
      'GET_DEFAULT_CACHE',
      'GET_PRINCIPAL',
      'GET_CRED_LIST',
      'GET_KDC_OFFSET',
    ]);
    expect(formatPrincipal((await read('KCM:a b')).ccache.defaultPrincipal)).toBe('bob@R');
  });

  test.each(Object.entries(UNSUPPORTED))(
    'is read ticket by ticket if %s does not have the list',
    async (_, GET_CRED_LIST) => {
      const alice = cacheOf('alice@R');
      const { asked } = await start(keeping({ 0: alice }, { GET_CRED_LIST }));
      expect(plainCcache((await read()).ccache)).toEqual(plainCcache(alice));
      expect(asked.filter((each) => each === 'GET_CRED_BY_UUID')).toHaveLength(2);
    },
  );

  test.each([
    ['is not known', int32(-1_765_328_137)],
    ['was never set', reply(int32(0x7fff_ffff))],
  ])('has no clock of the KDC if the offset %s', async (_, GET_KDC_OFFSET) => {
    await start(keeping({ 0: cacheOf('alice@R') }, { GET_KDC_OFFSET }));
    expect((await read()).ccache.timeOffset).toBeUndefined();
  });

  test('is read anew after a change only', async () => {
    let cache = cacheOf('alice@R');
    let number = 0;
    const { asked } = await start((operation, content) =>
      keeping({ 0: cache }, { GET_CRED_UUID_LIST: reply(uuid(number)) })(operation, content),
    );
    const state = createKrb5State();
    const source = await ccacheSource('KCM:', config, state);
    expect(await ccacheSource('KCM:', config, state)).toBe(source);
    expect(asked.filter((each) => each === 'GET_CRED_LIST')).toHaveLength(1);
    cache = cacheOf('bob@R');
    number = 1;
    expect(formatPrincipal((await ccacheSource('KCM:', config, state)).client)).toBe('bob@R');
  });

  test('that does not exist is an error that says so', async () => {
    await start(keeping({}));
    const expected = {
      name: 'KRB5_FCC_NOFILE',
      message: 'no credentials: run kinit, or give keytab (KCM:0 does not exist)',
    };
    await expect(read()).rejects.toMatchObject(expected);
  });

  test('without a principal does not exist, as Heimdal’s daemon says it', async () => {
    await start(keeping({ 0: cacheOf('alice@R') }, { GET_PRINCIPAL: reply() }));
    await expect(read()).rejects.toMatchObject({ name: 'KRB5_FCC_NOFILE' });
  });

  test('of another user is refused by the daemon’s own error', async () => {
    await start(keeping({ 0: cacheOf('alice@R') }, { GET_PRINCIPAL: int32(-1_765_328_190) }));
    await expect(read()).rejects.toMatchObject({
      name: 'KRB5_FCC_PERM',
      message: expect.stringContaining(`${socketOf()} refuses GET_PRINCIPAL (KRB5_FCC_PERM)`),
    });
  });
});

describe('the collection of a KCM daemon', () => {
  async function names(name = 'KCM:'): Promise<string[] | undefined> {
    const collection = ccacheCollection(name, config);
    if (collection === undefined) {
      return undefined;
    }
    const found: string[] = [];
    for await (const location of collection(undefined)) {
      found.push(`${location.name} ${formatPrincipal(await location.client())}`);
    }
    return found;
  }

  test('has the primary cache first, and each cache once', async () => {
    const caches = { b: cacheOf('bob@R'), a: cacheOf('alice@R'), c: cacheOf('carol@R') };
    const { connections } = await start(
      keeping(caches, { GET_DEFAULT_CACHE: reply(Buffer.from('a\0')) }),
    );
    expect(await names()).toEqual(['KCM:a alice@R', 'KCM:b bob@R', 'KCM:c carol@R']);
    expect(connections.count).toBe(1);
    expect(await names('KCM:b')).toBeUndefined();
  });

  test('is empty if the daemon keeps nothing, or what it kept is gone', async () => {
    await start(keeping({}));
    expect(await names()).toEqual([]);
    await server?.close();
    const gone = { GET_CACHE_BY_UUID: int32(-1_765_328_242) };
    await start(keeping({ 0: cacheOf('alice@R') }, { ...gone, GET_PRINCIPAL: reply() }));
    expect(await names()).toEqual([]);
  });
});

/** Returns a reply that is not raw. */
function bytesOf(answer: ReturnType<Script>): Buffer {
  if (answer === undefined || 'raw' in answer) {
    throw new Error('the daemon says nothing');
  }
  return answer;
}

const REMEDY = /sssd-kcm\.service.*kcm_socket.*kinit -c FILE:/s;

describe('an error says what to do if the daemon', () => {
  test('is not there', async () => {
    const error = { name: 'KRB5_KCM_NO_SERVER', message: expect.stringMatching(REMEDY) };
    await expect(read()).rejects.toMatchObject(error);
    files.write('kcm.socket', '');
    await expect(read()).rejects.toMatchObject(error);
  });

  test('is turned off in krb5.conf', async () => {
    config = await configWith('-');
    await expect(read()).rejects.toMatchObject({
      name: 'KRB5_KCM_NO_SERVER',
      message: expect.stringMatching(/kcm_socket = -.*kinit -c FILE:/s),
    });
  });

  test('hangs up', async () => {
    await start(() => {
      server?.close();
      return undefined;
    });
    await expect(read()).rejects.toMatchObject({
      name: 'KRB5_CC_IO',
      message: expect.stringMatching(REMEDY),
    });
    server = undefined;
  });

  test('is silent for ten seconds', async () => {
    await start(() => undefined);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const reading = read();
      const outcome = expect(reading).rejects.toMatchObject({
        name: 'KRB5_CC_IO',
        message: expect.stringMatching(/did not answer within 10 seconds.*sssd-kcm/s),
      });
      await vi.advanceTimersByTimeAsync(10_000);
      await outcome;
    } finally {
      vi.useRealTimers();
    }
  });

  test('announces more than it may send', async () => {
    const raw = framed(reply());
    raw.writeUInt32BE(10 * 1024 * 1024 + 1);
    await start(() => ({ raw }));
    await expect(read()).rejects.toMatchObject({
      name: 'KRB5_KCM_REPLY_TOO_BIG',
      message: expect.stringMatching(REMEDY),
    });
  });

  test('sends tickets without end', async () => {
    const ticket = new Uint8Array(4 * 1024 * 1024);
    const alice = cacheOf('alice@R');
    const large = {
      ...alice,
      credentials: alice.credentials.map((each) => ({ ...each, ticket })),
    };
    const ten = Array.from({ length: 10 }, () => uuid(0));
    const pieces = { GET_CRED_LIST: int32(-1_765_328_137), GET_CRED_UUID_LIST: reply(...ten) };
    await start(keeping({ 0: large }, pieces));
    await expect(read()).rejects.toMatchObject({ name: 'KRB5_KCM_REPLY_TOO_BIG' });
  });

  const rubbish: readonly (readonly [Operation, string, Buffer])[] = [
    ['GET_DEFAULT_CACHE', 'nothing', Buffer.alloc(0)],
    ['GET_DEFAULT_CACHE', 'a name without an end', reply(Buffer.from('0'))],
    ['GET_PRINCIPAL', 'half a principal', reply(int32(1), int32(1))],
    ['GET_CRED_LIST', 'a count beyond all bounds', reply(int32(-1))],
    ['GET_CRED_LIST', 'a ticket longer than the reply', reply(int32(1), int32(1000))],
    ['GET_KDC_OFFSET', 'half a number', reply(Buffer.alloc(2))],
  ];
  test.each(rubbish)('answers %s by %s', async (operation, _, bytes) => {
    await start(keeping({ 0: cacheOf('alice@R') }, { [operation]: bytes }));
    await expect(read()).rejects.toMatchObject({
      name: 'KRB5_KCM_MALFORMED_REPLY',
      message: expect.stringMatching(REMEDY),
    });
  });

  test('sends half a UUID', async () => {
    const GET_CRED_LIST = int32(-1_765_328_137);
    const half = { GET_CRED_LIST, GET_CRED_UUID_LIST: reply(Buffer.alloc(24)) };
    await start(keeping({ 0: cacheOf('alice@R') }, half));
    await expect(read()).rejects.toMatchObject({ name: 'KRB5_KCM_MALFORMED_REPLY' });
  });
});

test('a signal ends the wait for a silent daemon at once, and the next caller asks anew', async () => {
  let isSilent = true;
  const kept = keeping({ 0: cacheOf('alice@R') });
  await start((operation, content) => (isSilent ? undefined : kept(operation, content)));
  const state = createKrb5State();
  const controller = new AbortController();
  const waiting = ccacheSource('KCM:', config, state, controller.signal);
  await vi.waitFor(() => expect(server?.asked.length).toBeGreaterThan(0));
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  isSilent = false;
  expect(formatPrincipal((await ccacheSource('KCM:', config, state)).client)).toBe('alice@R');
});

test('neither errors nor what was read show a session key', async () => {
  const cache = cacheOf('alice@R');
  const script = keeping({ 0: cache });
  await start(script);
  const whole = await read();
  const list = bytesOf(script('GET_CRED_LIST', Buffer.from('0\0')));
  await server?.close();
  await start(keeping({ 0: cache }, { GET_CRED_LIST: list.subarray(0, list.length - 1) }));
  const error = await read().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: 'KRB5_KCM_MALFORMED_REPLY' });
  for (const value of [whole, error]) {
    const shown = inspect(value, { depth: null, showHidden: true });
    expect(shown).not.toContain('the secret');
    expect(shown).not.toContain(SECRET.toString('hex').slice(0, 16));
    expect(shown).not.toMatch(/116,\s*104,\s*101|74 68 65 20 73/);
  }
});

const decoders = [
  splitKcmReply,
  decodeKcmName,
  decodeKcmUuids,
  decodeKcmPrincipal,
  decodeKcmCredential,
  decodeKcmCredentials,
  decodeKcmOffset,
];

test('no reply makes a decoder throw anything but a KcmReplyError', () => {
  const whole = arbitraryCcache.map((cache) => keeping({ 0: cache }));
  const real = fc
    .tuple(whole, fc.constantFrom<Operation>('GET_CRED_LIST', 'GET_PRINCIPAL'), fc.nat(400))
    .map(([script, operation, end]) =>
      bytesOf(script(operation, Buffer.from('0\0'))).subarray(4, 4 + end),
    );
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), real), (bytes) => {
      for (const decode of decoders) {
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(KcmReplyError);
        }
      }
    }),
    runs(500),
  );
});
