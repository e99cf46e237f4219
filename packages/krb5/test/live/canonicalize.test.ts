/** Names that the KDC replaces, compared with kinit -C and kinit -E. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { locateCcache } from '../../src/ccache/ccache-name.js';
import type { Credentials } from '../../src/client/credentials.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { KrbErrorCode } from '../../src/error-codes.js';
import { createKrb5State } from '../../src/gss/krb5-state.js';
import { formatPrincipal } from '../../src/principal.js';
import { kdcError } from '../support/kdc-error.js';
import { LOOPBACK, listenUdp } from '../support/loopback.js';
import { editedConfig, variantConfig } from '../support/realm-files.js';
import { whoami } from '../support/remctl.js';
import { useTemporaryFiles } from '../support/temporary-files.js';
import { useRealm } from '../support/use-realm.js';

const files = useTemporaryFiles();

/** Returns the principal in the cache that kinit writes, or `failed`. */
async function kinit(config: Krb5Config, password: string, ...args: readonly string[]) {
  const ccache = files.path('kinit');
  const env = { ...process.env, KRB5_CONFIG: config.profile.files[0]?.path };
  const running = promisify(execFile)('kinit', ['-c', ccache, ...args], { env });
  running.child.stdin?.end(`${password}\n`);
  try {
    await running;
  } catch {
    return 'failed';
  }
  return formatPrincipal((await locateCcache(ccache).read()).ccache.defaultPrincipal);
}

/** Returns the client as remctld sees it, or the error's name. */
async function ours(port: number, config: Krb5Config, credentials: Credentials) {
  try {
    return await whoami(port, { host: 'localhost', config, credentials, state: createKrb5State() });
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

describe('a KDC of Heimdal', () => {
  const realm = useRealm({ kdc: 'heimdal' });
  let config: Krb5Config;
  let canonical: Krb5Config;
  beforeAll(async () => {
    config = await variantConfig(realm, {});
    canonical = await variantConfig(realm, { libdefaults: ['canonicalize = true'] });
    const aliases = [`al@${realm.name}`, 'alice@example.org'];
    await realm.kadmin(`modify ${aliases.map((name) => `--alias=${name}`).join(' ')} alice`);
  });
  const credentials = (clientPrincipal: string) =>
    ({ type: 'password', password: realm.passwords.client, clientPrincipal }) as const;

  test('knows a client by an alias if canonicalize = true', async () => {
    const { client } = realm.principals;
    const { passwords, port } = realm;
    expect(await kinit(config, passwords.client, '-C', 'al')).toBe(client);
    expect(await ours(port, canonical, credentials('al'))).toBe(client);
    expect(await ours(port, canonical, credentials('alice'))).toBe(client);
  });

  test('does not replace the name without canonicalize', async () => {
    const { passwords, port } = realm;
    const without = [
      await kinit(config, passwords.client, 'al'),
      await ours(port, config, credentials('al')),
    ];
    expect(without).toEqual(['failed', 'KDC_ERR_C_PRINCIPAL_UNKNOWN']);
  });

  test('knows a client by its enterprise name if canonicalize = true, as with kinit -E -C', async () => {
    const { client } = realm.principals;
    const { passwords, port } = realm;
    const kinitE = (own: Krb5Config) => kinit(own, passwords.client, '-E', 'alice@example.org');
    const names = [`alice\\@example.org@${realm.name}`, 'alice\\@example.org'];
    expect(await kinitE(canonical)).toBe(client);
    for (const name of names) {
      expect(await ours(port, canonical, credentials(name))).toBe(client);
    }
    expect(await kinitE(config)).toBe('failed');
    for (const name of names) {
      expect(await ours(port, config, credentials(name))).toBe('KDC_ERR_C_PRINCIPAL_UNKNOWN');
    }
  });
});

describe('a KDC that sends the client to another realm', () => {
  const realm = useRealm();
  let answer: () => Uint8Array;
  let kdc: Awaited<ReturnType<typeof listenUdp>>;
  beforeAll(async () => {
    kdc = await listenUdp((_, { port, address }) => kdc.send(answer(), port, address));
  });
  afterAll(() => void kdc.close());

  const configFor = (...lines: readonly string[]) =>
    editedConfig(realm, (text) =>
      text
        .replace('[libdefaults]', `[libdefaults]\n${lines.join('\n')}`)
        .replace('[realms]', `[realms]\nOLD.TEST = {\nkdc = ${LOOPBACK}:${kdc.address().port}\n}`),
    );
  const credentials = () =>
    ({
      type: 'password',
      password: realm.passwords.client,
      clientPrincipal: 'alice@OLD.TEST',
    }) as const;

  test.each([
    ['KDC_ERR_WRONG_REALM', KrbErrorCode.KDC_ERR_WRONG_REALM],
    ['KDC_ERR_C_PRINCIPAL_UNKNOWN', KrbErrorCode.KDC_ERR_C_PRINCIPAL_UNKNOWN],
  ])('by %s, is obeyed if canonicalize = true', async (name, code) => {
    answer = () => kdcError('OLD.TEST', code, { crealm: realm.name });
    const { client } = realm.principals;
    const password = realm.passwords.client;
    const config = await configFor('canonicalize = true');
    expect(await kinit(config, password, 'alice@OLD.TEST')).toBe(client);
    expect(await ours(realm.port, config, credentials())).toBe(client);
    const plain = await configFor();
    expect(await kinit(plain, password, 'alice@OLD.TEST')).toBe('failed');
    expect(await ours(realm.port, plain, credentials())).toBe(name);
  });

  test('in a circle, is an error that names the realms', async () => {
    const config = await editedConfig(realm, (text) =>
      text
        .replace('[libdefaults]', '[libdefaults]\ncanonicalize = true')
        .replace(
          '[realms]',
          `[realms]\nOLD.TEST = {\nkdc = ${LOOPBACK}:${kdc.address().port}\n}\nOTHER.TEST = {\nkdc = ${LOOPBACK}:${kdc.address().port}\n}`,
        ),
    );
    let realms = ['OTHER.TEST', 'OLD.TEST'];
    answer = () => {
      realms = realms.reverse();
      return kdcError('OLD.TEST', KrbErrorCode.KDC_ERR_WRONG_REALM, { crealm: realms[1] ?? '' });
    };
    await expect(
      whoami(realm.port, { host: 'localhost', config, credentials: credentials() }),
    ).rejects.toMatchObject({
      name: 'KRB5_GET_IN_TKT_LOOP',
      message: expect.stringContaining('from realm to realm in a circle'),
    });
  });

  test('does not lead around disable_encrypted_timestamp', async () => {
    answer = () => kdcError('OLD.TEST', KrbErrorCode.KDC_ERR_WRONG_REALM, { crealm: realm.name });
    await realm.kadmin('modprinc +requires_preauth alice');
    const config = await editedConfig(realm, (text) =>
      text
        .replace('[libdefaults]', '[libdefaults]\ncanonicalize = true')
        .replace(
          '[realms]',
          `[realms]\nOLD.TEST = {\nkdc = ${LOOPBACK}:${kdc.address().port}\ndisable_encrypted_timestamp = true\n}`,
        ),
    );
    await expect(
      whoami(realm.port, { host: 'localhost', config, credentials: credentials() }),
    ).rejects.toThrow('disable_encrypted_timestamp for OLD.TEST');
  });
});
