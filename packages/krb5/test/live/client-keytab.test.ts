/** The client keytab, which serves where no cache does: compared with the C remctl client. */
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeCcache } from '../../src/ccache/decode.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { createKrb5State } from '../../src/gss/krb5-state.js';
import { encodeCcache } from '../../src/testing/ccache-encoder.js';
import { countInKdcLog, variantConfig } from '../support/realm-files.js';
import { whoami } from '../support/remctl.js';
import { useTemporaryFiles } from '../support/temporary-files.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
const files = useTemporaryFiles();
let keytabs: { readonly bob: string; readonly carol: string; readonly both: string };

beforeAll(async () => {
  const keytab = (name: string) => join(realm.folder, `${name}.keytab`);
  for (const name of ['bob', 'carol']) {
    await realm.kadmin(`addprinc -randkey +requires_preauth ${name}`);
    await realm.kadmin(`ktadd -k ${keytab(name)} ${name}`);
  }
  for (const name of ['bob', 'carol']) {
    await realm.kadmin(`ktadd -norandkey -k ${keytab('both')} ${name}`);
  }
  keytabs = { bob: keytab('bob'), carol: keytab('carol'), both: keytab('both') };
});
beforeEach(() => {
  vi.stubEnv('KRB5CCNAME', `FILE:${files.path('cache')}`);
  vi.stubEnv('KRB5_CLIENT_KTNAME', undefined);
  return () => vi.unstubAllEnvs();
});

const named = (name: string) => `${name}@${realm.name}`;

/** Returns who the client is to remctld, or the error's name. */
async function ours(
  libdefaults: readonly string[] = [],
  credentials?: Parameters<typeof whoami>[1]['credentials'],
  state = createKrb5State(),
): Promise<string> {
  const config = await variantConfig(realm, { libdefaults: [...libdefaults] });
  try {
    return await whoami(realm.port, { host: 'localhost', config, credentials, state });
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

/** Returns who the C client is, with a copy of the cache: it writes the new tickets into its cache. */
async function libkrb5(libdefaults: readonly string[] = []): Promise<string> {
  const copy = files.path('copy');
  rmSync(copy, { force: true });
  if (existsSync(files.path('cache'))) {
    copyFileSync(files.path('cache'), copy);
  }
  const config = await variantConfig(realm, { libdefaults: [...libdefaults] });
  const env = {
    ...realm.env,
    KRB5_CONFIG: config.profile.files[0]?.path,
    KRB5CCNAME: `FILE:${copy}`,
    KRB5_CLIENT_KTNAME: process.env.KRB5_CLIENT_KTNAME,
  };
  const command = ['-p', String(realm.port), 'localhost', 'test', 'whoami'];
  try {
    return (await promisify(execFile)('remctl', command, { env })).stdout.trim();
  } catch {
    return 'failed';
  }
}

/** Makes the default cache one whose tickets have expired. */
function expiredCache(principal: string, keytab: string): void {
  const path = files.path('cache');
  execFileSync('kinit', ['-k', '-t', keytab, '-c', path, principal], { env: realm.env });
  const cache = decodeCcache(readFileSync(path));
  const hoursAgo = Math.floor(Date.now() / 1000) - 7200;
  const times = { authtime: hoursAgo, starttime: hoursAgo, endtime: hoursAgo + 60 };
  const credentials = cache.credentials.map((each) => ({ ...each, ...times }));
  writeFileSync(path, encodeCcache({ ...cache, credentials }));
}

describe('without a cache', () => {
  it('KRB5_CLIENT_KTNAME names the keytab', async () => {
    vi.stubEnv('KRB5_CLIENT_KTNAME', keytabs.bob);
    expect([await ours(), await libkrb5()]).toEqual([named('bob'), named('bob')]);
    vi.stubEnv('KRB5_CLIENT_KTNAME', `FILE:${keytabs.carol}`);
    expect([await ours(), await libkrb5()]).toEqual([named('carol'), named('carol')]);
  });

  it('default_client_keytab_name names it, and its tokens are expanded', async () => {
    const path = `${realm.folder}/client-%{euid}.keytab`;
    copyFileSync(keytabs.bob, path.replace('%{euid}', String(process.geteuid?.())));
    const settings = [`default_client_keytab_name = FILE:${path}`];
    expect([await ours(settings), await libkrb5(settings)]).toEqual([named('bob'), named('bob')]);
    vi.stubEnv('KRB5_CLIENT_KTNAME', keytabs.carol);
    expect([await ours(settings), await libkrb5(settings)]).toEqual([
      named('carol'),
      named('carol'),
    ]);
  });

  it('the keytab serves if the cache is one in memory, as containers have it', async () => {
    vi.stubEnv('KRB5CCNAME', 'MEMORY:');
    vi.stubEnv('KRB5_CLIENT_KTNAME', keytabs.bob);
    expect(await ours()).toBe(named('bob'));
    const options = ['-p', String(realm.port), 'localhost', 'test', 'whoami'];
    const env = { ...realm.env, KRB5CCNAME: 'MEMORY:', KRB5_CLIENT_KTNAME: keytabs.bob };
    expect((await promisify(execFile)('remctl', options, { env })).stdout.trim()).toBe(
      named('bob'),
    );
  });

  it('the principal of the first key logs in', async () => {
    vi.stubEnv('KRB5_CLIENT_KTNAME', keytabs.both);
    expect([await ours(), await libkrb5()]).toEqual([named('bob'), named('bob')]);
  });

  it('the keytab serves if a cache is named that does not exist', async () => {
    vi.stubEnv('KRB5_CLIENT_KTNAME', keytabs.bob);
    const credentials = { type: 'ccache', ccache: files.path('other') } as const;
    expect(await ours([], credentials)).toBe(named('bob'));
  });

  it.each([
    ['does not exist', () => files.path('absent'), /the client keytab .*absent does not exist/],
    [
      'is empty',
      () => files.write('empty', Buffer.of(5, 2)),
      /the client keytab .*empty has no key/,
    ],
    ['is no keytab', () => files.write('text', 'text'), /text: this is not a keytab/],
    ['is of another type', () => 'MEMORY:x', /the client keytab MEMORY:x is of type MEMORY/],
  ])('the error says if the client keytab %s', async (_, name, message) => {
    vi.stubEnv('KRB5_CLIENT_KTNAME', name());
    const config = await variantConfig(realm, {});
    const state = createKrb5State();
    const error = await whoami(realm.port, { host: 'localhost', config, state }).catch(String);
    expect(error).toMatch(/no credentials: run kinit/);
    expect(error).toMatch(message);
    expect(await libkrb5()).toBe('failed');
  });

  it('a keytab that appears later is used, and so is a cache', async () => {
    vi.stubEnv('KRB5_CLIENT_KTNAME', files.path('later'));
    const state = createKrb5State();
    expect(await ours([], undefined, state)).toBe('KRB5_FCC_NOFILE');
    copyFileSync(keytabs.bob, files.path('later'));
    expect(await ours([], undefined, state)).toBe(named('bob'));
    copyFileSync(keytabs.carol, files.path('later'));
    expect(await ours([], undefined, state)).toBe(named('carol'));
    await realm.kinit({ ccache: process.env.KRB5CCNAME ?? '' });
    expect(await ours([], undefined, state)).toBe(realm.principals.client);
    rmSync(files.path('cache'));
    expect(await ours([], undefined, state)).toBe(named('carol'));
  });

  it('many contexts share one exchange with the KDC', async () => {
    await realm.kadmin('addprinc -randkey +requires_preauth dora');
    const keytab = files.path('dora');
    await realm.kadmin(`ktadd -k ${keytab} dora`);
    vi.stubEnv('KRB5_CLIENT_KTNAME', keytab);
    const state = createKrb5State();
    const count = () => countInKdcLog(realm, /ISSUE: .*dora@/);
    const options = { host: 'localhost', config: await variantConfig(realm, {}), state };
    await Promise.all(Array.from({ length: 20 }, () => createInitiatorContext(options).step()));
    expect(await whoami(realm.port, options)).toBe(named('dora'));
    // One ticket-granting ticket, and one ticket for the server.
    expect(count()).toBe(2);
  });
});

describe('a cache', () => {
  it('that is good is preferred', async () => {
    await realm.kinit({ ccache: process.env.KRB5CCNAME ?? '' });
    vi.stubEnv('KRB5_CLIENT_KTNAME', keytabs.bob);
    const { client } = realm.principals;
    expect([await ours(), await libkrb5()]).toEqual([client, client]);
  });

  it('that has expired is replaced for its own principal, not for the first of the keytab', async () => {
    expiredCache('carol', keytabs.carol);
    vi.stubEnv('KRB5_CLIENT_KTNAME', keytabs.both);
    expect([await ours(), await libkrb5()]).toEqual([named('carol'), named('carol')]);
  });

  it('that has expired stays an error if the keytab has no key of its principal', async () => {
    expiredCache('alice', realm.keytabs.client);
    vi.stubEnv('KRB5_CLIENT_KTNAME', keytabs.bob);
    expect([await ours(), await libkrb5()]).toEqual(['KRB_AP_ERR_TKT_EXPIRED', 'failed']);
    const config = await variantConfig(realm, {});
    await expect(whoami(realm.port, { host: 'localhost', config })).rejects.toThrow(
      new RegExp(`expired at .*; the client keytab ${keytabs.bob} has no key of alice@`),
    );
  });

  it('that may not be read is an error', async () => {
    writeFileSync(files.path('cache'), 'text');
    vi.stubEnv('KRB5_CLIENT_KTNAME', keytabs.bob);
    expect([await ours(), await libkrb5()]).toEqual(['KRB5_CC_FORMAT', 'failed']);
  });
});

it.each([
  ['KEYRING:persistent:%{uid}', 'bob'],
  ['API:', 'bob'],
])('a krb5.conf with the cache %s needs a client keytab alone', async (ccache, client) => {
  vi.stubEnv('KRB5CCNAME', undefined);
  const settings = [`default_ccache_name = ${ccache}`];
  expect(await ours(settings)).toBe('KRB5_CC_UNKNOWN_TYPE');
  vi.stubEnv('KRB5_CLIENT_KTNAME', keytabs.bob);
  expect(await ours(settings)).toBe(named(client));
  vi.stubEnv('KRB5CCNAME', 'KEYRING:session:x');
  expect(await ours(settings)).toBe('KRB5_CC_UNKNOWN_TYPE');
});
