/** The cache that a context uses, for every kind of cache. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { decodeCcache } from '../../src/ccache/decode.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { encodeCcache } from '../../src/testing/ccache-encoder.js';
import { configOf, variantConfig } from '../support/realm-files.js';
import { whoami } from '../support/remctl.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
let config: Krb5Config;
beforeAll(async () => {
  config = await configOf(realm);
});
beforeEach(() => {
  vi.stubEnv('KRB5CCNAME', undefined);
  return () => vi.unstubAllEnvs();
});

/** Returns the principal of the default cache as remctld sees it. */
function defaultClient(own = config): Promise<string> {
  return whoami(realm.port, { host: 'localhost', config: own });
}

const configWithCache = (name: string) =>
  variantConfig(realm, { libdefaults: [`default_ccache_name = ${name}`] });

test('KRB5CCNAME may name a file', async () => {
  vi.stubEnv('KRB5CCNAME', realm.otherCcache);
  expect(await defaultClient()).toBe(realm.principals.otherClient);
});

test('KRB5CCNAME may name a directory, and kswitch chooses its primary cache', async () => {
  const directory = join(realm.folder, 'caches');
  mkdirSync(directory, { mode: 0o700 });
  const env = { ...realm.env, KRB5CCNAME: `DIR:${directory}` };
  for (const principal of ['mallory', 'alice']) {
    execFileSync('kinit', ['-k', '-t', realm.keytabs.client, principal], { env });
  }
  vi.stubEnv('KRB5CCNAME', env.KRB5CCNAME);
  const switched = async (principal: string) => {
    execFileSync('kswitch', ['-p', principal], { env });
    return defaultClient();
  };
  expect(await switched('alice')).toBe(realm.principals.client);
  expect(await switched('mallory')).toBe(realm.principals.otherClient);
});

test('default_ccache_name names the cache, and its tokens are expanded', async () => {
  const path = join(realm.folder, `cache-of-${process.getuid?.()}`);
  await realm.kinit({ principal: 'mallory', ccache: `FILE:${path}` });
  const own = await configWithCache(`FILE:${realm.folder}/cache-of-%{uid}`);
  expect(await defaultClient(own)).toBe(realm.principals.otherClient);
  vi.stubEnv('KRB5CCNAME', realm.ccache);
  expect(await defaultClient(own)).toBe(realm.principals.client);
});

test('a file of version 3 is read', async () => {
  const four = decodeCcache(readFileSync(realm.ccache.replace('FILE:', '')));
  const path = join(realm.folder, 'version-3');
  writeFileSync(path, encodeCcache({ ...four, version: 3, timeOffset: undefined }));
  vi.stubEnv('KRB5CCNAME', path);
  expect(await defaultClient()).toBe(realm.principals.client);
});

test.each([
  ['KEYRING:persistent:0', 'KRB5_CC_UNKNOWN_TYPE'],
  ['API:', 'KRB5_CC_UNKNOWN_TYPE'],
  ['MEMORY:x', 'KRB5_FCC_NOFILE'],
])('%s is refused with an error that says what to do', async (name, code) => {
  const expected = {
    name: code,
    message: expect.stringMatching(new RegExp(`${name}.*kinit -c FILE:.*, or give keytab`)),
  };
  const own = await configWithCache(name);
  const step = (options: object) =>
    createInitiatorContext({ host: 'localhost', ...options }).step();
  await expect(step({ config: own })).rejects.toMatchObject(expected);
  vi.stubEnv('KRB5CCNAME', name);
  await expect(step({ config })).rejects.toMatchObject(expected);
});

test('a missing cache is an error that says what to do', async () => {
  vi.stubEnv('KRB5CCNAME', join(realm.folder, 'nothing'));
  await expect(createInitiatorContext({ host: 'localhost', config }).step()).rejects.toMatchObject({
    name: 'KRB5_FCC_NOFILE',
    message: expect.stringContaining('no credentials: run kinit, or give keytab'),
  });
});
