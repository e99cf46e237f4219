/** Contexts with the credential caches of real KCM daemons, beside the C client. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Kcm, startKcm, writeKrb5Conf } from '@remctl/realm';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ccacheCollection, locateCcache } from '../../src/ccache/ccache-name.js';
import { type Krb5Config, readKrb5Config } from '../../src/config/krb5-config.js';
import { inspectCredentials } from '../../src/doctor/inspect-credentials.js';
import { formatPrincipal } from '../../src/principal.js';
import { asKlist, KLIST_OPTIONS, klistLines } from '../support/klist.js';
import { whoami } from '../support/remctl.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();

describe.each(['sssd', 'heimdal'] as const)('the KCM daemon of %s', (maker) => {
  let kcm: Kcm;
  let config: Krb5Config;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    kcm = await startKcm(maker);
    return () => kcm.dispose();
  });
  beforeEach(async () => {
    const home = join(realm.folder, 'home');
    mkdirSync(home);
    const libdefaults = [`kcm_socket = ${kcm.socket}`, 'default_ccache_name = KCM:'];
    const KRB5_CONFIG = writeKrb5Conf(realm, { libdefaults });
    config = await readKrb5Config({ KRB5_CONFIG });
    env = { ...realm.env, HOME: home, KRB5_CONFIG, LC_ALL: 'C', TZ: 'UTC' };
    delete env.KRB5CCNAME;
    vi.stubEnv('HOME', home);
    vi.stubEnv('KRB5CCNAME', undefined);
    return () => {
      run('kdestroy', '-A', '-q');
      rmSync(home, { recursive: true });
      vi.unstubAllEnvs();
    };
  });

  const run = (program: string, ...args: readonly string[]) =>
    execFileSync(program, args, { env, stdio: 'pipe' }).toString();
  const kinit = (principal: string, ...more: readonly string[]) =>
    run('kinit', ...more, '-k', '-t', realm.keytabs.client, principal);
  const ours = (ccache?: string) =>
    whoami(realm.port, {
      host: 'localhost',
      config,
      ...(ccache === undefined ? {} : { credentials: { type: 'ccache', ccache } }),
    });
  const reference = () =>
    run('remctl', '-p', String(realm.port), 'localhost', 'test', 'whoami').trim();
  const cacheNames = () => (run('klist', '-l').match(/KCM:\S+/g) ?? []) as string[];

  test('gives the cache of kinit to a context, by default_ccache_name and by its name', async () => {
    kinit('alice');
    expect([await ours(), reference()]).toEqual([realm.principals.client, realm.principals.client]);
    const [name = ''] = cacheNames();
    expect(await ours(name)).toBe(realm.principals.client);
  });

  test('shows its tickets as klist does', async () => {
    kinit('alice', '-f', '-p', '-r', '2d');
    run('kvno', realm.principals.server, realm.principals.otherServer);
    const { ccache } = await locateCcache('KCM:', config).read();
    expect(ccache.credentials).toHaveLength(3);
    expect(asKlist(ccache)).toEqual(klistLines(run('klist', ...KLIST_OPTIONS)));
  });

  test('is asked again after kinit, kswitch and kdestroy', async () => {
    kinit('alice');
    expect(await ours()).toBe(realm.principals.client);
    kinit('mallory');
    expect([await ours(), reference()]).toEqual([
      realm.principals.otherClient,
      realm.principals.otherClient,
    ]);
    run('kswitch', '-p', 'alice');
    expect([await ours(), reference()]).toEqual([realm.principals.client, realm.principals.client]);
    run('kdestroy', '-A');
    await expect(ours()).rejects.toMatchObject({ name: 'KRB5_FCC_NOFILE' });
    expect(reference).toThrow(/No Kerberos credentials available/);
  });

  test('gives the next context the client of a cache that kinit has written anew', async () => {
    kinit('alice', '-l', '1h');
    const [name = ''] = cacheNames();
    await ours(name);
    kinit('mallory', '-c', name);
    expect(await ours(name)).toBe(realm.principals.otherClient);
  });

  test('has the caches of its collection in klist’s order', async () => {
    for (const principal of ['alice', 'mallory']) {
      kinit(principal);
    }
    const names: string[] = [];
    for await (const { name } of ccacheCollection('KCM:', config)?.(undefined) ?? []) {
      names.push(name);
    }
    expect(names).toEqual(cacheNames());
    expect(names).toHaveLength(2);
  });

  test('gives the cache that .k5identity names, and a diagnosis says so', async () => {
    kinit('mallory');
    kinit('alice');
    writeFileSync(join(env.HOME ?? '', '.k5identity'), 'mallory host=localhost\n');
    expect([await ours(), reference()]).toEqual([
      realm.principals.otherClient,
      realm.principals.otherClient,
    ]);
    expect(await inspectCredentials(undefined, config, { host: 'localhost' })).toMatchObject({
      name: expect.stringMatching(/^KCM:./),
      from: 'krb5.conf',
      chosenBy: expect.stringMatching(/^line 1 of .*\.k5identity$/),
      client: realm.principals.otherClient,
    });
  });

  test('knows no cache of another name', async () => {
    kinit('alice');
    await expect(ours('KCM:0:nobody')).rejects.toMatchObject({ name: 'KRB5_FCC_NOFILE' });
  });

  test('may be restarted: contexts go on with the caches that it has then', async () => {
    kinit('alice');
    const before = await locateCcache('KCM:', config).client();
    expect(formatPrincipal(before)).toBe(realm.principals.client);
    await kcm.stop();
    await expect(ours()).rejects.toMatchObject({
      name: 'KRB5_KCM_NO_SERVER',
      message: expect.stringMatching(/sssd-kcm\.service.*kcm_socket.*kinit -c FILE:/s),
    });
    await kcm.dispose();
    kcm = await startKcm(maker);
    const KRB5_CONFIG = writeKrb5Conf(realm, { libdefaults: [`kcm_socket = ${kcm.socket}`] });
    env = { ...env, KRB5_CONFIG, KRB5CCNAME: 'KCM:' };
    config = await readKrb5Config({ KRB5_CONFIG });
    kinit('mallory');
    expect(await ours('KCM:')).toBe(realm.principals.otherClient);
  });
});
