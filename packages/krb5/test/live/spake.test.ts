/** SPAKE preauthentication with MIT Kerberos's KDC, and attackers before it. */
import { describe, expect, test } from 'vitest';
import { decode, encode } from '../../src/asn1/codec.js';
import type { Credentials } from '../../src/client/credentials.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { KrbErrorCode } from '../../src/error-codes.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { PaDataType } from '../../src/messages/pa-data.js';
import { type PaSpake, paSpake } from '../../src/messages/spake.js';
import { newKeytabClient, newPasswordClient } from '../support/credentials.js';
import { kdcError } from '../support/kdc-error.js';
import { kinit } from '../support/kinit.js';
import {
  editMethods,
  type MeddlingKdc,
  paTypes,
  startMeddlingKdc,
} from '../support/meddling-kdc.js';
import { configOf, ENCTYPES, variantConfig } from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

const { PA_SPAKE, PA_ENC_TIMESTAMP, PA_FX_COOKIE, PA_REQ_ENC_PA_REP } = PaDataType;
/** RFC 8070, section 4. */
const PA_AS_FRESHNESS = 150;
const ALL_GROUPS = ['edwards25519', 'P-256', 'P-384', 'P-521'];
const groupsLine = (...names: readonly string[]) => `spake_preauth_groups = ${names.join(' ')}`;
/** Lines of kdc.conf after which the KDC takes no encrypted timestamp. */
const WITHOUT_TIMESTAMP = [
  '[plugins]',
  '  kdcpreauth = {',
  '    disable = encrypted_timestamp',
  '  }',
];

const first = (principal: string, credentials: Credentials, config: Krb5Config) =>
  createInitiatorContext({ principal, credentials, config }).step();

/** Leaves out what kinit sends with every request besides: it says what else the client understands. */
const withoutNegotiation = (types: readonly number[]) =>
  types.filter((type) => type !== PA_REQ_ENC_PA_REP && type !== PA_AS_FRESHNESS);

describe.each(ENCTYPES)('a KDC that takes SPAKE alone, with %s', (enctype) => {
  const realm = useRealm({
    enctype,
    libdefaults: [groupsLine('edwards25519')],
    kdcConf: WITHOUT_TIMESTAMP,
  });

  test('gives tickets to the owners of a keytab and of a password', async () => {
    const config = await configOf(realm);
    const keytab = await newKeytabClient(realm, 'spake-keytab');
    const password = await newPasswordClient(realm, 'spake-password', 'correct horse');
    for (const credentials of [keytab, password]) {
      await first(realm.principals.server, credentials, config);
    }
  });
});

describe('a KDC that takes SPAKE alone', () => {
  const realm = useRealm({
    libdefaults: [groupsLine(...ALL_GROUPS)],
    kdcConf: WITHOUT_TIMESTAMP,
  });
  const withGroups = (...names: readonly string[]) =>
    variantConfig(realm, { libdefaults: [groupsLine(...names)] });

  test.each(ALL_GROUPS)('takes the group that spake_preauth_groups names: %s', async (name) => {
    const credentials = await newKeytabClient(realm, `group-${name}`);
    await first(realm.principals.server, credentials, await withGroups(name));
  });

  test('says that the password is wrong', async () => {
    const { clientPrincipal } = await newPasswordClient(realm, 'forgetful', 'correct horse');
    const credentials = { type: 'password', password: 'wrong', clientPrincipal } as const;
    await expect(
      first(realm.principals.server, credentials, await configOf(realm)),
    ).rejects.toMatchObject({
      name: 'KDC_ERR_PREAUTH_FAILED',
      message: expect.stringContaining('the password is wrong'),
    });
  });

  test('gives nothing to a client without a known group, and the error names the setting', async () => {
    const credentials = await newKeytabClient(realm, 'groupless');
    await expect(
      first(realm.principals.server, credentials, await withGroups('curve448')),
    ).rejects.toMatchObject({
      name: 'KRB5_PREAUTH_FAILED',
      message: expect.stringMatching(/with SPAKE, but spake_preauth_groups.*kinit/),
    });
  });
});

describe('a KDC that takes SPAKE in P-256 and an encrypted timestamp', () => {
  const realm = useRealm({ libdefaults: [groupsLine('P-256')] });
  /** Returns the PA-DATA types of each AS-REQ of a client with these groups; kinit sends the same. */
  const typesWith = async (...names: readonly string[]) => {
    await using kdc = await startMeddlingKdc(realm);
    const credentials = await newKeytabClient(realm, `choice-${names.join('-')}`);
    const libdefaults = [groupsLine(...names)];
    const config = await variantConfig(realm, { kdcs: [kdc.kdc], libdefaults });
    await first(realm.principals.server, credentials, config);
    const ours = kdc.requests.splice(0).slice(0, -1).map(paTypes);
    await kinit(realm, credentials, config);
    expect(kdc.requests.map(paTypes).map(withoutNegotiation)).toEqual(ours);
    return ours;
  };

  test('gets SPAKE from a client with that group, and its cookies back', async () => {
    expect(await typesWith('edwards25519', 'P-256')).toEqual([
      [],
      [PA_FX_COOKIE, PA_SPAKE],
      [PA_FX_COOKIE, PA_SPAKE],
    ]);
  });

  test('gets a timestamp from a client without that group', async () => {
    expect(await typesWith('edwards25519')).toEqual([
      [],
      [PA_FX_COOKIE, PA_SPAKE],
      [PA_FX_COOKIE, PA_ENC_TIMESTAMP],
    ]);
  });

  test('gets a timestamp from a client without any group', async () => {
    expect(await typesWith('curve448')).toEqual([[], [PA_FX_COOKIE, PA_ENC_TIMESTAMP]]);
  });
});

describe('a KDC that sends a challenge at once (spake_preauth_kdc_challenge)', () => {
  const realm = useRealm({
    libdefaults: [groupsLine('edwards25519', 'P-256')],
    kdcConf: [
      '[kdcdefaults]',
      '  spake_preauth_kdc_challenge = edwards25519',
      ...WITHOUT_TIMESTAMP,
    ],
  });

  test.each([
    ['gets the response in the second request', 'edwards25519', 2],
    ['sends another challenge if the client takes another group', 'P-256', 3],
  ])('%s', async (_title, name, requests) => {
    await using kdc = await startMeddlingKdc(realm);
    const credentials = await newKeytabClient(realm, `optimistic-${name}`);
    const libdefaults = [groupsLine(name)];
    const config = await variantConfig(realm, { kdcs: [kdc.kdc], libdefaults });
    await first(realm.principals.server, credentials, config);
    // The last request is for the service.
    expect(kdc.requests).toHaveLength(requests + 1);
  });
});

describe('an attacker before a KDC with SPAKE', () => {
  const realm = useRealm({ libdefaults: [groupsLine('edwards25519')] });
  let clients = 0;
  /** Runs a client against the attacker, and returns the error or undefined. */
  const attempt = async (kdc: MeddlingKdc, withTimestamp: boolean) => {
    clients += 1;
    const credentials = await newPasswordClient(realm, `victim-${clients}`, 'correct horse');
    const config = await variantConfig(realm, {
      kdcs: [kdc.kdc],
      libdefaults: [groupsLine('edwards25519'), 'request_timeout = 1s'],
      ...(withTimestamp ? {} : { realmSection: ['disable_encrypted_timestamp = true'] }),
    });
    return first(realm.principals.server, credentials, config).then(
      () => undefined,
      (error: unknown) => error,
    );
  };
  /** Changes the SPAKE message in each error of the KDC. */
  const editSpake = (answer: Uint8Array, edit: (message: PaSpake) => PaSpake) =>
    editMethods(answer, (methods) =>
      methods.map((each) =>
        each.padataType === PA_SPAKE && each.padataValue.length > 0
          ? { ...each, padataValue: encode(paSpake, edit(decode(paSpake, each.padataValue))) }
          : each,
      ),
    );
  const editChallenge = (
    change: Partial<Extract<PaSpake, { type: 'challenge' }>['value']>,
  ): MeddlingKdc['meddle'] => {
    return (answer) =>
      editSpake(answer, (message) =>
        message.type === 'challenge'
          ? { ...message, value: { ...message.value, ...change } }
          : message,
      );
  };

  test('who takes the offer away gets no timestamp if disable_encrypted_timestamp is set', async () => {
    await using kdc = await startMeddlingKdc(realm);
    kdc.meddle = (answer) =>
      editMethods(answer, (methods) => methods.filter(({ padataType }) => padataType !== PA_SPAKE));
    expect(await attempt(kdc, false)).toMatchObject({
      name: 'KRB5_PREAUTH_FAILED',
      message: expect.stringContaining('disable_encrypted_timestamp'),
    });
    expect(kdc.requests.map(paTypes)).toEqual([[]]);
  });

  test.each([
    [
      'an element of small order',
      { pubkey: Buffer.from(`01${'00'.repeat(31)}`, 'hex') },
      undefined,
    ],
    [
      'no element of the group',
      { pubkey: Buffer.alloc(32, 0xff) },
      /not in the group edwards25519/,
    ],
    ['a group that was not offered', { group: 2 }, /group 2, which was not offered/],
    ['a second factor alone', { factors: [{ type: 2 }] }, /second factor.*kinit/],
    ['no factor', { factors: [] }, /second factor.*kinit/],
  ])('who sends %s gets no ticket and no timestamp', async (_title, change, message) => {
    await using kdc = await startMeddlingKdc(realm);
    kdc.meddle = editChallenge(change);
    const error = await attempt(kdc, false);
    expect(error).toBeInstanceOf(Error);
    if (message !== undefined) {
      expect(error).toMatchObject({
        name: 'KRB5_PREAUTH_FAILED',
        message: expect.stringMatching(message),
      });
    }
    expect(kdc.requests.flatMap(paTypes)).not.toContain(PA_ENC_TIMESTAMP);
  });

  test('who sends his own challenge gets no timestamp, even if the client may send one', async () => {
    await using kdc = await startMeddlingKdc(realm);
    // The base point: a good element, but not the KDC's.
    kdc.meddle = editChallenge({ pubkey: Buffer.from(`58${'66'.repeat(31)}`, 'hex') });
    expect(await attempt(kdc, true)).toMatchObject({ name: 'KDC_ERR_PREAUTH_FAILED' });
    expect(kdc.requests.flatMap(paTypes)).not.toContain(PA_ENC_TIMESTAMP);
  });

  test.each([
    ['a damaged SPAKE message', () => Buffer.of(0xa1, 0x03, 0x01)],
    [
      'a SPAKE message of another kind',
      () => encode(paSpake, { type: 'support', value: { groups: [1] } }),
    ],
  ])('who sends %s makes the client name it', async (_title, message) => {
    await using kdc = await startMeddlingKdc(realm);
    kdc.meddle = (answer) =>
      editMethods(answer, (methods) =>
        methods.map((each) =>
          each.padataType === PA_SPAKE ? { ...each, padataValue: message() } : each,
        ),
      );
    expect(await attempt(kdc, false)).toMatchObject({
      name: 'KRB5_PREAUTH_FAILED',
      message: expect.stringContaining('SPAKE message that cannot be read'),
    });
  });

  test('who gives the challenge of one exchange to another gets no ticket for the client', async () => {
    await using kdc = await startMeddlingKdc(realm);
    let recorded: Uint8Array | undefined;
    kdc.meddle = (answer, at) => {
      if (at === 1) {
        recorded = answer;
      }
      return answer;
    };
    expect(await attempt(kdc, false)).toBeUndefined();
    const before = kdc.requests.length;
    kdc.meddle = (answer, at) => (at === before + 1 && recorded !== undefined ? recorded : answer);
    expect(await attempt(kdc, false)).toMatchObject({ name: 'KDC_ERR_PREAUTH_FAILED' });
  });

  test('who makes the KDC forget the conversation makes it begin again, once', async () => {
    await using kdc = await startMeddlingKdc(realm);
    const forgotten = () => kdcError(realm.name, KrbErrorCode.KDC_ERR_PREAUTH_EXPIRED);
    kdc.meddle = (answer, at) => (at === 1 ? forgotten() : answer);
    expect(await attempt(kdc, false)).toBeUndefined();
    kdc.meddle = forgotten;
    expect(await attempt(kdc, false)).toMatchObject({ name: 'KDC_ERR_PREAUTH_EXPIRED' });
  });

  test('who asks for more and more is left', async () => {
    await using kdc = await startMeddlingKdc(realm);
    let challenge: Uint8Array | undefined;
    kdc.meddle = (answer, at) => {
      if (at === 1) {
        challenge = answer;
      }
      return at > 1 && challenge !== undefined ? challenge : answer;
    };
    expect(await attempt(kdc, false)).toMatchObject({
      name: 'KRB5_PREAUTH_FAILED',
      message: expect.stringContaining('second factor'),
    });
    expect(kdc.requests).toHaveLength(3);
  });
});
