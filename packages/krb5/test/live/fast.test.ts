/** FAST with the KDCs of MIT Kerberos and Heimdal, and attackers before them. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { decode, encode } from '../../src/asn1/codec.js';
import type { OwnKeyCredentials } from '../../src/client/client-keys.js';
import type { ArmorCredentials, Credentials } from '../../src/client/credentials.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { KrbErrorCode } from '../../src/error-codes.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { asRep, asReq } from '../../src/messages/kdc-messages.js';
import { krbError } from '../../src/messages/krb-error.js';
import { type PaData, PaDataType } from '../../src/messages/pa-data.js';
import { shiftClock } from '../support/clock.js';
import { freshCache, newKeytabClient, newPasswordClient } from '../support/credentials.js';
import { kdcError } from '../support/kdc-error.js';
import { kinit } from '../support/kinit.js';
import {
  editMethods,
  type MeddlingKdc,
  paTypes,
  startMeddlingKdc,
} from '../support/meddling-kdc.js';
import {
  configOf,
  countInKdcLog,
  ENCTYPES,
  editedConfig,
  variantConfig,
} from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

const { PA_FX_FAST } = PaDataType;
/** Lines of kdc.conf after which the KDC takes encrypted challenges alone, inside FAST. */
const FAST_ALONE = ['[plugins]', '  kdcpreauth = {', '    disable = encrypted_timestamp', '  }'];
const GROUPS = 'spake_preauth_groups = edwards25519';
const HOUR_MS = 3_600_000;

afterEach(() => {
  vi.restoreAllMocks();
});

const first = (principal: string, credentials: Credentials, config: Krb5Config) =>
  createInitiatorContext({ principal, credentials, config }).step();
const failure = (principal: string, credentials: Credentials, config: Krb5Config) =>
  first(principal, credentials, config).then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each(ENCTYPES)('a KDC that takes logins inside FAST alone, with %s', (enctype) => {
  const realm = useRealm({ enctype, kdcConf: FAST_ALONE });

  test('gives tickets to owners of a keytab and of a password with a cache for armor', async () => {
    const config = await configOf(realm);
    const armor = await freshCache(realm);
    const keytab = await newKeytabClient(realm, 'armored-keytab');
    const password = await newPasswordClient(realm, 'armored-password', 'correct horse');
    for (const credentials of [keytab, password]) {
      await kinit(realm, credentials, config, ['-T', armor.ccache]);
      await first(realm.principals.server, { ...credentials, armor }, config);
    }
  });
});

describe.each([
  ['an encrypted challenge', {}],
  ['SPAKE', { libdefaults: [GROUPS] }],
])('a KDC that takes %s inside FAST', (_name, options) => {
  const realm = useRealm({ kdcConf: FAST_ALONE, ...options });

  test('says that the password is wrong', async () => {
    const { clientPrincipal } = await newPasswordClient(realm, 'forgetful', 'correct horse');
    const armor = await freshCache(realm);
    const credentials = { type: 'password', password: 'wrong', clientPrincipal, armor } as const;
    const config = await configOf(realm);
    expect(await failure(realm.principals.server, credentials, config)).toMatchObject({
      name: 'KDC_ERR_PREAUTH_FAILED',
      message: expect.stringContaining('the password is wrong'),
    });
  });

  test('says that it does not know the client', async () => {
    const armor = await freshCache(realm);
    const credentials = {
      type: 'password',
      password: 'x',
      clientPrincipal: 'nobody',
      armor,
    } as const;
    const config = await configOf(realm);
    expect(await failure(realm.principals.server, credentials, config)).toMatchObject({
      name: 'KDC_ERR_C_PRINCIPAL_UNKNOWN',
      message: expect.stringContaining('nobody@REMCTL.TEST'),
    });
  });

  test('sees nothing outside FAST', async () => {
    await using kdc = await startMeddlingKdc(realm);
    const armor = await freshCache(realm);
    const credentials = await newKeytabClient(realm, 'quiet');
    const config = await variantConfig(realm, { kdcs: [kdc.kdc] });
    await first(realm.principals.server, { ...credentials, armor }, config);
    const asked = kdc.requests.slice(0, -1).map(paTypes);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.every((types) => types.join() === String(PA_FX_FAST))).toBe(true);
  });
});

describe('a KDC that takes logins inside FAST alone', () => {
  const realm = useRealm({ kdcConf: FAST_ALONE });
  const hostArmor = (): ArmorCredentials => ({
    type: 'keytab',
    keytab: realm.keytabs.server,
    clientPrincipal: 'host/localhost',
  });

  test('gives nothing without armor, and the error says how to give one', async () => {
    const credentials = await newKeytabClient(realm, 'bare');
    const config = await configOf(realm);
    await expect(kinit(realm, credentials, config)).rejects.toThrow('preauthentication failure');
    expect(await failure(realm.principals.server, credentials, config)).toMatchObject({
      name: 'KRB5_PREAUTH_FAILED',
      message: expect.stringMatching(/armor ticket for FAST.*fast_ccache/),
    });
  });

  test('gives many clients tickets with one ticket of the host’s keytab for armor', async () => {
    const armor = hostArmor();
    const config = await configOf(realm);
    for (const name of ['first', 'second']) {
      const credentials = { ...(await newKeytabClient(realm, name)), armor };
      await first(realm.principals.server, credentials, config);
    }
    expect(countInKdcLog(realm, /AS_REQ.*ISSUE.*host\/localhost@\S+ for krbtgt/)).toBe(1);
  });

  test.each([
    ['all programs', (ccache: string) => `fast_ccache = ${ccache}`],
    ['the realm', (ccache: string) => `REMCTL.TEST = {\n fast_ccache = ${ccache}\n }`],
    [
      'remctl',
      (ccache: string) => `fast_ccache = FILE:/nowhere\n remctl = {\n fast_ccache = ${ccache}\n }`,
    ],
    [
      'remctl in the realm',
      (ccache: string) =>
        `remctl = {\n fast_ccache = FILE:/nowhere\n REMCTL.TEST = {\n fast_ccache = ${ccache}\n }\n }`,
    ],
  ])('takes the cache that fast_ccache in krb5.conf names for %s', async (title, lines) => {
    const { ccache } = await freshCache(realm);
    const credentials = await newKeytabClient(realm, `conf-${title.replaceAll(' ', '-')}`);
    const config = await editedConfig(
      realm,
      (text) => `${text}\n[appdefaults]\n ${lines(ccache)}\n`,
    );
    await first(realm.principals.server, credentials, config);
  });

  test('is asked with the armor of the credentials, whatever krb5.conf says', async () => {
    const armor = await freshCache(realm);
    const credentials = { ...(await newKeytabClient(realm, 'own-armor')), armor };
    const config = await editedConfig(
      realm,
      (text) => `${text}\n[appdefaults]\n fast_ccache = FILE:/nowhere\n`,
    );
    await first(realm.principals.server, credentials, config);
  });

  test.each([
    ['is missing', async () => 'FILE:/nowhere', 'KRB5_FCC_NOFILE'],
    ['has expired', () => realm.expiredCcache(), 'KRB_AP_ERR_TKT_EXPIRED'],
  ])('is not asked if the armor %s, and the error says so', async (title, ccacheOf, name) => {
    const armor = { type: 'ccache', ccache: await ccacheOf() } as const;
    const own = await newKeytabClient(realm, `no-armor-${title.replaceAll(' ', '-')}`);
    const config = await configOf(realm);
    expect(await failure(realm.principals.server, { ...own, armor }, config)).toMatchObject({
      name,
      message: expect.stringMatching(/^no armor ticket for FAST: .*kinit/),
    });
  });

  test('gives tickets to a client whose clock is an hour slow', async () => {
    const credentials = { ...(await newKeytabClient(realm, 'slow')), armor: hostArmor() };
    const config = await editedConfig(realm, (text) => `${text}\n# another clock\n`);
    shiftClock(-HOUR_MS);
    await first(realm.principals.server, credentials, config);
  });

  test('says that the clock is wrong if the armor’s moment is', async () => {
    const credentials = {
      ...(await newKeytabClient(realm, 'early')),
      armor: await freshCache(realm),
    };
    const config = await configOf(realm);
    shiftClock(-HOUR_MS);
    expect(await failure(realm.principals.server, credentials, config)).toMatchObject({
      name: 'KRB_AP_ERR_SKEW',
      message: expect.stringContaining('clock differs'),
    });
  });

  test('gets another armor ticket from a keytab after the KDC’s key has changed', async () => {
    const armor = hostArmor();
    const config = await editedConfig(realm, (text) => `${text}\n# another key\n`);
    const server = realm.principals.server;
    await first(server, { ...(await newKeytabClient(realm, 'before')), armor }, config);
    const cached = await freshCache(realm);
    await realm.kadmin('cpw -randkey krbtgt/REMCTL.TEST');
    await first(server, { ...(await newKeytabClient(realm, 'after')), armor }, config);
    const late = { ...(await newKeytabClient(realm, 'late')), armor: cached };
    expect(await failure(server, late, config)).toMatchObject({
      message: expect.stringMatching(/does not take the armor ticket of alice@/),
    });
  });
});

describe('a realm that another realm’s tickets armor', () => {
  const realm = useRealm({ kdcConf: FAST_ALONE });
  const other = useRealm({ realm: 'OTHER.TEST' });

  test('is asked with the armor of a ticket that the other realm’s KDC gives for it', async () => {
    for (const { kadmin } of [realm, other]) {
      await kadmin('addprinc -pw between krbtgt/REMCTL.TEST@OTHER.TEST');
    }
    const armor = await freshCache(other);
    const own = await newKeytabClient(realm, 'guest');
    const config = await editedConfig(realm, (text) =>
      text.replace('[realms]', `[realms]\n  OTHER.TEST = {\n kdc = 127.0.0.1:${other.kdcPort}\n }`),
    );
    await kinit(realm, own, config, ['-T', armor.ccache]);
    await first(realm.principals.server, { ...own, armor }, config);
  });
});

describe('an attacker before a KDC that takes FAST, SPAKE and timestamps', () => {
  const realm = useRealm();
  let clients = 0;
  const attempt = async (kdc: MeddlingKdc, attributes = '+requires_preauth', seconds = 1) => {
    clients += 1;
    const own = await newKeytabClient(realm, `victim-${clients}`, attributes);
    const credentials: OwnKeyCredentials = { ...own, armor: await freshCache(realm) };
    const libdefaults = [`request_timeout = ${seconds}s`];
    const config = await variantConfig(realm, { kdcs: [kdc.kdc], libdefaults });
    return failure(realm.principals.server, credentials, config);
  };
  /** Takes FAST out of a request, as a KDC that does not know it reads the request. */
  const withoutFast = (request: Uint8Array): Uint8Array => {
    if (request[0] !== asReq.tag) {
      return request;
    }
    const { padata: _, ...others } = decode(asReq, request);
    return encode(asReq, others);
  };
  const editFast = (edit: (value: Uint8Array) => Uint8Array) => (methods: readonly PaData[]) =>
    methods.map((each) =>
      each.padataType === PA_FX_FAST ? { ...each, padataValue: edit(each.padataValue) } : each,
    );

  test('leaves a client alone who changes nothing', async () => {
    await using kdc = await startMeddlingKdc(realm);
    expect(await attempt(kdc)).toBeUndefined();
  });

  test.each([
    ['who needs to prove who he is', '+requires_preauth'],
    ['who need not', '-requires_preauth'],
  ])(
    'gets no word outside FAST from a client %s, if the KDC seems to have none',
    async (_title, attributes) => {
      await using kdc = await startMeddlingKdc(realm);
      kdc.meddleRequest = withoutFast;
      expect(await attempt(kdc, attributes)).toMatchObject({
        name: 'KRB5_ERR_FAST_REQUIRED',
        message: expect.stringMatching(/answered without FAST.*enable FAST/),
      });
      expect(kdc.requests.map(paTypes)).toEqual([[PA_FX_FAST]]);
    },
  );

  test.each([
    [
      'damages the answer',
      editFast((value) => value.map((octet, at) => (at === 40 ? octet ^ 1 : octet))),
    ],
    ['cuts the answer', editFast((value) => value.subarray(0, 20))],
    [
      'takes FAST out of the answer',
      (methods: readonly PaData[]) => methods.filter(({ padataType }) => padataType !== PA_FX_FAST),
    ],
  ])('who %s gets no proof', async (_title, edit) => {
    await using kdc = await startMeddlingKdc(realm);
    kdc.meddle = (answer) => editMethods(answer, edit);
    expect(await attempt(kdc)).toMatchObject({ name: 'KRB5_ERR_FAST_REQUIRED' });
    expect(kdc.requests).toHaveLength(1);
  });

  test('cannot change what an error says, its code included', async () => {
    await using kdc = await startMeddlingKdc(realm);
    kdc.meddle = (answer) => {
      if (answer[0] !== krbError.tag) {
        return answer;
      }
      const errorCode = KrbErrorCode.KDC_ERR_CLIENT_REVOKED;
      return encode(krbError, { ...decode(krbError, answer), errorCode, stime: 0 });
    };
    expect(await attempt(kdc)).toBeUndefined();
  });

  test('who answers with an error of an earlier exchange gets no proof', async () => {
    await using kdc = await startMeddlingKdc(realm);
    let recorded: Uint8Array | undefined;
    kdc.meddle = (answer) => {
      recorded ??= answer;
      return answer;
    };
    expect(await attempt(kdc)).toBeUndefined();
    kdc.requests.length = 0;
    kdc.meddle = (answer) => recorded ?? answer;
    expect(await attempt(kdc)).toMatchObject({ name: 'KRB5_ERR_FAST_REQUIRED' });
    expect(kdc.requests).toHaveLength(1);
  });

  test('who answers with an error of the same exchange again gets no proof', async () => {
    await using kdc = await startMeddlingKdc(realm);
    let recorded: Uint8Array | undefined;
    kdc.meddle = (answer) => {
      recorded ??= answer;
      return recorded;
    };
    // The nonce inside is the first request's.
    expect(await attempt(kdc)).toMatchObject({ name: 'KRB5_ERR_FAST_REQUIRED' });
    expect(kdc.requests).toHaveLength(2);
  });

  test('who puts another ticket into the reply is not believed', async () => {
    await using kdc = await startMeddlingKdc(realm);
    let other: Uint8Array | undefined;
    kdc.meddle = (answer) => {
      if (answer[0] !== asRep.tag) {
        return answer;
      }
      const reply = decode(asRep, answer);
      other ??= reply.ticket;
      return encode(asRep, { ...reply, ticket: other });
    };
    expect(await attempt(kdc)).toBeUndefined();
    expect(await attempt(kdc)).toMatchObject({ name: 'KRB5_KDC_UNREACH' });
  });

  test('who forges a reply to the proof outside FAST is not heard', async () => {
    await using kdc = await startMeddlingKdc(realm);
    let forged: Uint8Array | undefined;
    kdc.meddle = (answer) => {
      if (answer[0] !== asRep.tag || forged !== undefined) {
        return answer;
      }
      // The KDC's own reply follows when the client asks again.
      forged = encode(asRep, { ...decode(asRep, answer), padata: [] });
      return forged;
    };
    expect(await attempt(kdc, '+requires_preauth', 4)).toBeUndefined();
    expect(forged).toBeDefined();
  });

  test('who forges an error makes the client say no more', async () => {
    await using kdc = await startMeddlingKdc(realm);
    kdc.meddle = () => kdcError(realm.name, KrbErrorCode.KDC_ERR_C_PRINCIPAL_UNKNOWN);
    expect(await attempt(kdc)).toMatchObject({ name: 'KRB5_ERR_FAST_REQUIRED' });
    expect(kdc.requests).toHaveLength(1);
  });
});

describe('a KDC of Heimdal', () => {
  const realm = useRealm({ kdc: 'heimdal' });

  test('gives tickets to owners of a keytab and of a password inside FAST', async () => {
    await using kdc = await startMeddlingKdc(realm);
    const armor = await freshCache(realm);
    const config = await variantConfig(realm, { kdcs: [kdc.kdc] });
    const { keytabs, passwords, principals } = realm;
    await first(
      principals.server,
      { type: 'keytab', keytab: keytabs.client, clientPrincipal: 'mallory', armor },
      config,
    );
    await first(
      principals.server,
      { type: 'password', password: passwords.client, clientPrincipal: 'alice', armor },
      config,
    );
    const asked = kdc.requests.filter(([tag]) => tag === asReq.tag).map(paTypes);
    expect(asked.every((types) => types.join() === String(PA_FX_FAST))).toBe(true);
  });

  test('says inside FAST that the password is wrong', async () => {
    const armor = await freshCache(realm);
    const credentials = {
      type: 'password',
      password: 'wrong',
      clientPrincipal: 'alice',
      armor,
    } as const;
    expect(
      await failure(realm.principals.server, credentials, await configOf(realm)),
    ).toMatchObject({
      name: 'KDC_ERR_PREAUTH_FAILED',
      message: expect.stringContaining('the password is wrong'),
    });
  });
});
