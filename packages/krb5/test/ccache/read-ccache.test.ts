/** Credential caches of kinit and kswitch, compared with klist. */
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { locateCcache } from '../../src/ccache/ccache-name.js';
import { formatPrincipal } from '../../src/principal.js';
import { encodeCcache } from '../../src/testing/ccache-encoder.js';
import { plainCcache } from '../support/arbitrary.js';
import { asKlist, KLIST_OPTIONS, klistLines } from '../support/klist.js';
import { asOrdinaryUser } from '../support/ordinary-user.js';
import { useTemporaryFiles } from '../support/temporary-files.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
const files = useTemporaryFiles();

const readCcache = async (name: string) => locateCcache(name).read();

/** Returns the output of one of MIT Kerberos's programs; `more` adds to its environment. */
async function run(program: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const env = { ...realm.env, LC_ALL: 'C', TZ: 'UTC', ...more };
  return (await promisify(execFile)(program, args, { env })).stdout;
}

/** Returns what klist shows of a cache, in the form of `asKlist`. */
async function klist(name: string): Promise<string[]> {
  return klistLines(await run('klist', [...KLIST_OPTIONS, '-c', name]));
}

describe('caches made by kinit', () => {
  it('hold the same as klist shows', async () => {
    const name = `FILE:${files.path('cache')}`;
    const options = ['-f', '-p', '-r', '2d', '-k', '-t', realm.keytabs.client];
    await run('kinit', [...options, '-c', name, 'alice']);
    await run('kvno', ['-c', name, realm.principals.server, realm.principals.otherServer]);
    const { path, ccache } = await readCcache(name);
    expect(path).toBe(files.path('cache'));
    expect(ccache.version).toBe(4);
    expect(ccache.credentials.map(({ server }) => formatPrincipal(server))).toEqual([
      `krbtgt/${realm.name}@${realm.name}`,
      realm.principals.server,
      realm.principals.otherServer,
    ]);
    expect(ccache.configEntries).toContainEqual({
      key: 'fast_avail',
      principal: `krbtgt/${realm.name}@${realm.name}`,
      value: Uint8Array.from(Buffer.from('yes')),
    });
    expect(asKlist(ccache)).toEqual(await klist(name));
  });

  it('hold the same as klist shows in version 3', async () => {
    const config = files.write('krb5.conf', '[libdefaults]\nccache_type = 3\n');
    const env = { KRB5_CONFIG: `${config}:${realm.krb5Conf}` };
    const name = `FILE:${files.path('cache')}`;
    await run('kinit', ['-k', '-t', realm.keytabs.client, '-c', name, 'alice'], env);
    const { ccache } = await readCcache(name);
    expect(ccache.version).toBe(3);
    expect(asKlist(ccache)).toEqual(await klist(name));
  });

  it('are read by klist if we write them', async () => {
    const { ccache } = await readCcache(realm.ccache);
    for (const version of [3, 4] as const) {
      const name = files.write(`cache-${version}`, encodeCcache({ ...ccache, version }));
      expect(await klist(name)).toEqual(await klist(realm.ccache));
      expect(plainCcache((await readCcache(name)).ccache)).toEqual(
        plainCcache({
          ...ccache,
          version,
          timeOffset: version === 3 ? undefined : ccache.timeOffset,
        }),
      );
    }
  });

  it('hold the addresses that kinit was asked for', async () => {
    const name = files.path('cache');
    await run('kinit', ['-a', '-k', '-t', realm.keytabs.client, '-c', name, 'alice']);
    const shown = await run('klist', ['-a', '-n', '-c', name]);
    const { ccache } = await readCcache(name);
    const addresses = ccache.credentials.flatMap((credential) =>
      credential.addresses
        .filter(({ address }) => address.length === 4)
        .map(({ address }) => address.join('.')),
    );
    for (const address of addresses) {
      expect(shown).toContain(address);
    }
    expect(shown.includes('Addresses: (none)')).toBe(addresses.length === 0);
  });

  it('are read whole while kinit replaces them', async () => {
    const name = files.path('cache');
    await realm.kinit({ ccache: name });
    let done = false;
    const writer = (async () => {
      for (let round = 0; round < 15; round++) {
        await realm.kinit({ ccache: name });
      }
      done = true;
    })();
    let reads = 0;
    while (!done) {
      const { ccache } = await readCcache(name);
      expect(ccache.credentials).toHaveLength(1);
      reads += 1;
    }
    await writer;
    expect(reads).toBeGreaterThan(10);
  });
});

describe('caches during a write', () => {
  it.each([
    ['are waited for if they do not exist yet', undefined],
    ['are read again if they are empty', 0],
    ['are read again if they end in the middle of a ticket', 500],
  ])('%s', async (_, length) => {
    const whole = readFileSync(realm.ccache.replace('FILE:', ''));
    if (length !== undefined) {
      files.write('cache', whole.subarray(0, length));
    }
    setTimeout(() => files.write('cache', whole), 5);
    expect((await readCcache(files.path('cache'))).ccache.credentials).toHaveLength(1);
  });
});

describe('collections', () => {
  it('are read from their primary cache, and each cache by its own name', async () => {
    const collection = `DIR:${files.path('caches')}`;
    const env = { KRB5CCNAME: collection };
    const kinit = (user: string) => run('kinit', ['-k', '-t', realm.keytabs.client, user], env);
    const owner = async (name: string) =>
      formatPrincipal((await readCcache(name)).ccache.defaultPrincipal);

    await kinit('alice');
    expect(await owner(collection)).toBe(realm.principals.client);
    await kinit('mallory');
    expect(await owner(collection)).toBe(realm.principals.otherClient);
    expect(asKlist((await readCcache(collection)).ccache)).toEqual(await klist(collection));

    const names = (await run('klist', ['-l'], env)).match(/DIR::\S+/g) ?? [];
    expect(names).toHaveLength(2);
    for (const name of names) {
      expect(asKlist((await readCcache(name)).ccache)).toEqual(await klist(name));
    }
    await run('kswitch', ['-p', 'alice'], env);
    expect(await owner(collection)).toBe(realm.principals.client);
  });

  it('are read from the cache tkt without a primary file', async () => {
    files.write('caches/tkt', readFileSync(realm.ccache.replace('FILE:', '')));
    expect((await readCcache(`DIR:${files.path('caches')}`)).path).toBe(files.path('caches/tkt'));
  });

  it.each(['', 'tkt', '../tkt\n', 'tkt/../../x\n', 'other\n', `tkt${'x'.repeat(80)}\n`])(
    'are refused if the primary file has %j',
    async (content) => {
      files.write('caches/primary', content);
      await expect(readCcache(`DIR:${files.path('caches')}`)).rejects.toMatchObject({
        name: 'KRB5_CC_FORMAT',
        message: `${files.path('caches/primary')} does not name a cache: run kswitch or kinit`,
      });
    },
  );
});

describe('readCcache', () => {
  it.each(['FILE:', 'DIR:', ''])('refuses a cache that does not exist: %s/path', async (prefix) => {
    await expect(readCcache(`${prefix}${files.path('absent')}`)).rejects.toMatchObject({
      name: 'KRB5_FCC_NOFILE',
      message: expect.stringMatching(
        /^no credentials: run kinit, or give keytab \(.*absent(\/tkt)? does not exist\)$/,
      ),
    });
  });

  it('refuses a cache of another user', async () => {
    const path = files.secret('cache', '');
    await asOrdinaryUser(async () => {
      await expect(readCcache(path)).rejects.toMatchObject({
        name: 'KRB5_FCC_PERM',
        message: expect.stringContaining(`${path} may not be read by this user`),
      });
    });
  });

  it('refuses a damaged cache', async () => {
    const path = files.write('cache', Buffer.from([5, 4, 0, 0, 1]));
    await expect(readCcache(path)).rejects.toMatchObject({
      name: 'KRB5_CC_FORMAT',
      message: expect.stringMatching(/cache: the credential cache file is damaged .*: run kinit$/),
    });
  });

  it('refuses a cache of an old version', async () => {
    const path = files.write('cache', Buffer.from([5, 2, 0, 0]));
    await expect(readCcache(path)).rejects.toMatchObject({
      name: 'KRB5_CCACHE_BADVNO',
      message: expect.stringContaining(`${path}: `),
    });
  });

  it('refuses a directory, a file without an end and a link to itself', async () => {
    await expect(readCcache(files.path('.'))).rejects.toMatchObject({ name: 'KRB5_CC_IO' });
    const huge = files.huge('huge', 2 ** 40);
    await expect(readCcache(huge)).rejects.toMatchObject({ name: 'KRB5_CC_FORMAT' });
    await expect(readCcache('/dev/zero')).rejects.toMatchObject({ name: 'KRB5_CC_IO' });
    symlinkSync(files.path('loop'), files.path('loop'));
    await expect(readCcache(files.path('loop'))).rejects.toMatchObject({
      name: 'KRB5_CC_IO',
      message: expect.stringContaining('ELOOP'),
    });
  });

  it('refuses a cache that stays empty', async () => {
    writeFileSync(files.path('cache'), '');
    await expect(readCcache(files.path('cache'))).rejects.toMatchObject({ name: 'KRB5_CC_FORMAT' });
  });
});
