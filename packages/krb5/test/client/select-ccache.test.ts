/** The choice of a cache by the server, beside krb5_cc_select. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../../tools/property-runs.mjs';
import { selectCcache } from '../../src/client/select-ccache.js';
import { serverNames } from '../../src/client/server-names.js';
import { readKrb5Config } from '../../src/config/krb5-config.js';
import { formatPrincipal, type Principal, parsePrincipal } from '../../src/principal.js';
import { encodeCcache } from '../../src/testing/ccache-encoder.js';
import { useMitAnswers } from '../support/mit-answers.js';
import { asOrdinaryUser } from '../support/ordinary-user.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();
const mit = useMitAnswers();

/** A server as a user names it: a principal, or a host and a service on it. */
type Server = readonly [principal: string] | readonly [service: string, host: string];

/** Writes a cache of `client` without tickets. */
function writeCache(name: string, client: string): string {
  const defaultPrincipal = parsePrincipal(client);
  const empty = { version: 4, timeOffset: undefined, credentials: [], configEntries: [] } as const;
  return files.write(name, encodeCcache({ ...empty, defaultPrincipal }));
}

const CONFIG = `[libdefaults]
 default_realm = HOME.TEST
 dns_canonicalize_hostname = false
 dns_lookup_realm = false
 qualify_shortname = ""
[domain_realm]
 mapped.other.test = THIRD.TEST
`;

function environment({
  ccache,
  identity,
  config = CONFIG,
}: {
  readonly ccache: string;
  readonly identity?: string | Uint8Array | undefined;
  readonly config?: string;
}) {
  if (identity !== undefined) {
    files.write('home/.k5identity', identity);
  }
  const KRB5_CONFIG = files.write('krb5.conf', config);
  return { KRB5_CONFIG, KRB5CCNAME: ccache, HOME: files.path('home') };
}

async function principalOf([name, host]: Server, env: NodeJS.ProcessEnv): Promise<Principal> {
  const server = host === undefined ? { principal: name } : { service: name, host };
  for await (const { chooseBy } of serverNames(server, await readKrb5Config(env), undefined)) {
    return chooseBy;
  }
  throw new Error('the server has no principal');
}

/** Returns the client and the cache that we choose, in the words of `theirs`. */
async function ours(server: Server, env: NodeJS.ProcessEnv): Promise<string[] | undefined> {
  try {
    const config = await readKrb5Config(env);
    const chosen = await selectCcache(await principalOf(server, env), config, env);
    return chosen === undefined
      ? []
      : [formatPrincipal(chosen.client), ...(chosen.ccache === undefined ? [] : [chosen.ccache])];
  } catch {
    return undefined;
  }
}

/** Returns the client and the cache that libkrb5 chooses; undefined if it fails. */
function theirs(servers: readonly Server[], env: NodeJS.ProcessEnv) {
  return mit
    .ask(
      servers.map((server) => ['select', ...server]),
      env,
    )
    .map((answer) => answer?.map((text) => text.replace(/^DIR::/, 'FILE:')));
}

async function expectSameChoice(
  servers: readonly Server[],
  env: NodeJS.ProcessEnv,
): Promise<(string[] | undefined)[]> {
  const choices = await Promise.all(servers.map((server) => ours(server, env)));
  expect(choices).toEqual(theirs(servers, env));
  return choices;
}

const SERVERS: readonly Server[] = [
  ['host', 'server.home.test'],
  ['host', 'server.other.test'],
  ['host', 'SERVER.deep.Other.Test'],
  ['host', 'server.unknown.test'],
  ['remctl', 'mapped.other.test'],
  ['host', 'short'],
  ['host', '127.0.0.1'],
  ['host/server.other.test@OTHER.TEST'],
  ['host/server.home.test'],
  ['remctl/odd@NOWHERE.TEST'],
  ['host/server.other.test@'],
];

/** Makes a collection of four caches whose primary one is home's. */
function collection(): string {
  writeCache('caches/tkt', 'alice@HOME.TEST');
  writeCache('caches/tktB', 'bob@HOME.TEST');
  writeCache('caches/tktC', 'carol@OTHER.TEST');
  writeCache('caches/tktD', 'dave@TEST');
  files.write('caches/primary', 'tkt\n');
  return `DIR:${files.path('caches')}`;
}

describe('a server’s cache in a collection', () => {
  test('is that of its realm, else of its domain, else the primary one, as for libkrb5', async () => {
    const env = environment({ ccache: collection() });
    const choices = await expectSameChoice(SERVERS, env);
    expect(choices.map((choice) => choice?.[0])).toEqual([
      'alice@HOME.TEST',
      'carol@OTHER.TEST',
      'carol@OTHER.TEST',
      'dave@TEST',
      'carol@OTHER.TEST',
      'alice@HOME.TEST',
      'alice@HOME.TEST',
      'carol@OTHER.TEST',
      'alice@HOME.TEST',
      undefined,
      undefined,
    ]);
  });

  test.each([
    ['a principal for all', 'bob'],
    ['a realm of its own', 'carol@OTHER.TEST'],
    ['a realm', '# nobody\n\ncarol@OTHER.TEST realm=OTHER.*\nbob realm=HOME.TEST\n'],
    ['a service', 'bob service=remctl\ncarol@OTHER.TEST service=host'],
    ['a host', 'bob host=*.other.test\r\n\talice \t host=127.0.0.?'],
    ['a host in upper case, which never fits', 'bob host=SERVER.*'],
    ['two constraints', 'bob service=h[a-o]st host=server.*\nalice'],
    ['a client without a cache', 'nobody@NOWHERE.TEST'],
    ['a constraint that nobody knows', 'bob color=red\nalice@HOME.TEST'],
    ['a word that is no constraint', 'bob host\nalice@HOME.TEST'],
    ['names that are no principals', 'a@b@c\nx/y@r/z\ncarol@OTHER.TEST'],
    [
      'a long line, which libkrb5 takes for several',
      `bob host=x${' '.repeat(246)}carol@OTHER.TEST`,
    ],
    ['a NUL', 'bob\0 host=x\ncarol@OTHER.TEST'],
    ['nothing', ''],
  ])('is the one that .k5identity chooses by %s', async (_, identity) => {
    await expectSameChoice(SERVERS, environment({ ccache: collection(), identity }));
  });

  test.each([
    ['is a directory', () => mkdirSync(files.path('home/.k5identity'))],
    ['is a FIFO', () => execFileSync('mkfifo', [files.path('home/.k5identity')])],
    ['may not be read', () => files.secret('home/.k5identity', 'bob')],
  ])('is chosen without .k5identity if that file %s', async (_, make) => {
    const env = environment({ ccache: collection() });
    mkdirSync(files.path('home'));
    make();
    chmodSync(files.path('.'), 0o755);
    await asOrdinaryUser(async () => {
      const choice = await ours(['host', 'server.other.test'], env);
      expect(choice?.[0]).toBe('carol@OTHER.TEST');
    });
  });

  test('is nobody’s if .k5identity is too large to be read whole', async () => {
    const env = environment({ ccache: collection() });
    mkdirSync(files.path('home'));
    files.huge('home/.k5identity', 2 ** 40);
    const config = await readKrb5Config(env);
    const server = await principalOf(['host', 'server.other.test'], env);
    await expect(selectCcache(server, config, env)).rejects.toMatchObject({
      name: 'KRB5_CC_IO',
      message: expect.stringMatching(/\.k5identity has more than 1048576 bytes: make it smaller/),
    });
  });

  test.each([
    'dns_canonicalize_hostname = fallback',
    'dns_canonicalize_hostname = fallback\nqualify_shortname = other.test',
    'dns_canonicalize_hostname = false\nqualify_shortname = other.test',
  ])('is chosen by the name that libkrb5 chooses by, with %s', async (lines) => {
    const config = CONFIG.replace(/ dns_canon.*/, lines).replace(' qualify_shortname = ""', '');
    for (const identity of ['', 'bob realm=OTHER.TEST', 'dave@TEST host=short', 'bob host=*.*']) {
      await expectSameChoice(SERVERS, environment({ ccache: collection(), identity, config }));
    }
  });

  test('is the one of the realm if the directory has no primary file', async () => {
    writeCache('caches/tktC', 'carol@OTHER.TEST');
    const env = environment({ ccache: `DIR:${files.path('caches')}` });
    const [choice] = await expectSameChoice([['host', 'server.other.test']], env);
    expect(choice).toEqual(['carol@OTHER.TEST', `FILE:${files.path('caches/tktC')}`]);
  });

  test('is found though other files there are no caches', async () => {
    collection();
    files.write('caches/tktA', 'no cache');
    files.write('caches/other', 'no cache');
    mkdirSync(files.path('caches/tktE'));
    const env = environment({
      ccache: `DIR:${files.path('caches')}`,
      identity: 'dave@TEST realm=OTHER.TEST',
    });
    await expectSameChoice(SERVERS.slice(0, 2), env);
  });

  test('is nobody’s if the directory does not exist', async () => {
    const env = environment({ ccache: `DIR:${files.path('absent/caches')}` });
    expect(await expectSameChoice(SERVERS, env)).toEqual(SERVERS.map(() => []));
  });
});

describe('a single cache', () => {
  test.each([['FILE:'], [''], ['DIR::']])(
    'named %s/path serves, unless .k5identity names another client',
    async (prefix) => {
      const path = writeCache('one/tkt', 'alice@HOME.TEST');
      // It is the default cache, whether it is chosen or nothing is.
      const effective = (choice: string[] | undefined) => choice?.[0] ?? 'alice@HOME.TEST';
      for (const identity of ['', 'alice', 'bob host=*.test']) {
        const env = environment({ ccache: `${prefix}${path}`, identity });
        const choices = await Promise.all(SERVERS.map((server) => ours(server, env)));
        expect(choices.map(effective)).toEqual(theirs(SERVERS, env).map(effective));
      }
    },
  );
});

test('fnmatch of .k5identity and of the C library agree on any pattern', async () => {
  const env = environment({ ccache: collection() });
  const piece = fc.constantFrom(
    'a',
    'b',
    'c',
    '*',
    '?',
    '[',
    ']',
    '!',
    '^',
    '-',
    '\\',
    '.',
    ':',
    '[[:alpha:]]',
    '[!a]',
    '[a-c]',
  );
  const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const realm = fc.string({
    unit: fc.constantFrom('a', 'b', '[', ']', '-', '.', '*'),
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(pattern, { minLength: 1, maxLength: 20 }),
      realm,
      async (patterns, name) => {
        const lines = patterns.map((each, at) => `user${at}@R realm=${each}`);
        files.write('home/.k5identity', lines.join('\n'));
        await expectSameChoice([[`host/x@${name}`]], env);
      },
    ),
    runs(150),
  );
});
