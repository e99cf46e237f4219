/** Keys and passwords never appear in errors, inspect(), JSON or the trace. */
import { execFileSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { startKcm, storeServiceTicket } from '@remctl/realm';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { locateCcache } from '../../src/ccache/ccache-name.js';
import { clientKeytab } from '../../src/client/client-keytab.js';
import type { Credentials } from '../../src/client/credentials.js';
import { chooseCache, ticketSource } from '../../src/client/source-of-credentials.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import type * as prfModule from '../../src/crypto/prf.js';
import type * as randomKeyModule from '../../src/crypto/random-key.js';
import { KrbErrorCode } from '../../src/error-codes.js';
import { createAcceptorContext } from '../../src/gss/acceptor.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { createKrb5State, processState } from '../../src/gss/krb5-state.js';
import { findServiceTicketKey } from '../../src/gss/protection-from-exchange.js';
import type { Keytab } from '../../src/keytab/keytab.js';
import { readKeytab } from '../../src/keytab/read-keytab.js';
import type * as curvesModule from '../../src/preauth/spake/spake-curves.js';
import { TRACE_CHANNEL, type TraceMessage } from '../../src/trace/trace.js';
import { createAuthority } from '../support/certificates.js';
import { freshCache, newPasswordClient } from '../support/credentials.js';
import { startForgingKdc } from '../support/forging-kdc.js';
import { startFalseProxy } from '../support/kdc-proxy.js';
import { otherKeys } from '../support/other-keys.js';
import { variantConfig } from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

/** The keys and secret numbers that preauthentication has made, as octets. */
const made = vi.hoisted(() => [] as Uint8Array[]);

vi.mock('../../src/crypto/prf.js', async (original) => {
  const prf = await original<typeof prfModule>();
  return {
    ...prf,
    prfPlus: (...given: Parameters<typeof prf.prfPlus>) => {
      const octets = prf.prfPlus(...given);
      made.push(octets);
      return octets;
    },
    combineKeys: (...given: Parameters<typeof prf.combineKeys>) => {
      const key = prf.combineKeys(...given);
      made.push(key.value);
      return key;
    },
  };
});

vi.mock('../../src/crypto/random-key.js', async (original) => {
  const { randomKey } = await original<typeof randomKeyModule>();
  return {
    randomKey: (etype: number) => {
      const key = randomKey(etype);
      made.push(key.value);
      return key;
    },
  };
});

vi.mock('../../src/preauth/spake/spake-curves.js', async (original) => {
  const { CURVES } = await original<typeof curvesModule>();
  const recording = [...CURVES].map(([number, curve]) => {
    const agree: typeof curve.agree = (secret, ...others) => {
      const agreement = curve.agree(secret, ...others);
      const hidden = Buffer.from(secret.toString(16), 'hex');
      made.push(hidden, Buffer.from(String(secret)), agreement?.shared ?? hidden);
      return agreement;
    };
    return [number, { ...curve, agree }] as const;
  });
  return { CURVES: new Map(recording) };
});

const WRONG = 'Tr0ub4dor&3';

const realm = useRealm();
let config: Krb5Config;
let keytab: Keytab;
let secrets: Uint8Array[];
beforeAll(async () => {
  const kcm = await startKcm('heimdal');
  config = await variantConfig(realm, { libdefaults: [`kcm_socket = ${kcm.socket}`] });
  const [{ path: KRB5_CONFIG } = { path: '' }] = config.profile.files;
  const kinit = ['-k', '-t', realm.keytabs.client, '-c', 'KCM:', 'alice'];
  execFileSync('kinit', kinit, { env: { ...realm.env, KRB5_CONFIG } });
  keytab = await readKeytab(realm.keytabs.server);
  const client = await readKeytab(realm.keytabs.client);
  const { ccache } = await locateCcache(realm.ccache).read();
  const kept = (await locateCcache('KCM:', config).read()).ccache;
  const caches = [...ccache.credentials, ...kept.credentials];
  secrets = [
    Buffer.from(realm.passwords.client),
    ...[...keytab.entries, ...client.entries, ...caches].map(({ key }) => key.value),
  ];
  return () => kcm.dispose();
});

/** Returns every text that a log could make of `value`. */
function texts(value: unknown): string[] {
  const json = JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' ? String(each) : each,
  );
  const all = { depth: null, showHidden: true, maxArrayLength: null, maxStringLength: null };
  return [
    inspect(value),
    inspect(value, { ...all, getters: true }),
    inspect(value, { ...all, customInspect: false }),
    String(value),
    json ?? '',
    ...(value instanceof Error ? [value.message, value.stack ?? ''] : []),
  ];
}

/** Returns the forms of a secret's first half in a log: even half of a secret is too much. */
function forms(secret: Uint8Array): string[] {
  const half = Buffer.from(secret.subarray(0, 8));
  return [
    half.toString('latin1'),
    half.toString('hex'),
    (half.toString('hex').match(/../g) ?? []).join(' '),
    half.toString('base64').slice(0, 10),
    [...half].join(', '),
    [...half].join(','),
    [...half].map((octet, at) => `"${at}":${octet}`).join(','),
  ];
}

function expectNoSecret(value: unknown, more: readonly Uint8Array[] = []): void {
  for (const text of texts(value)) {
    for (const secret of [...secrets, ...more]) {
      for (const form of forms(secret)) {
        expect(text).not.toContain(form);
      }
    }
  }
}

/** The steps that the trace told in a test. */
const traced: string[] = [];
const note = (message: unknown) => traced.push((message as TraceMessage).text);
beforeEach(() => {
  traced.length = 0;
  subscribe(TRACE_CHANNEL, note);
});
afterEach(() => {
  unsubscribe(TRACE_CHANNEL, note);
  const passwords = ['hunter2 and more', 'correct horse', WRONG].map((each) => Buffer.from(each));
  expectNoSecret(traced.join('\n'), [...made, ...passwords]);
});

test('expectNoSecret finds every secret', () => {
  for (const secret of secrets) {
    for (const value of [
      secret,
      Buffer.from(secret),
      { a: [Buffer.from(secret).toString('hex')] },
    ]) {
      expect(() => expectNoSecret(value)).toThrow();
    }
  }
});

const kinds: Readonly<Record<string, () => Credentials>> = {
  'a cache': () => ({ type: 'ccache', ccache: realm.ccache }),
  'a cache of a KCM daemon': () => ({ type: 'ccache', ccache: 'KCM:' }),
  'a keytab': () => ({
    type: 'keytab',
    keytab: realm.keytabs.client,
    clientPrincipal: 'alice',
  }),
  'a password': () => ({
    type: 'password',
    password: realm.passwords.client,
    clientPrincipal: 'alice',
  }),
};

describe.each(Object.entries(kinds))('with %s', (_kind, credentialsOf) => {
  test('contexts of both sides show no secret at any step', async () => {
    const credentials = credentialsOf();
    const initiator = createInitiatorContext({ host: 'localhost', credentials, config });
    const acceptor = createAcceptorContext({ keytab });
    expectNoSecret([initiator, acceptor]);
    const { token } = await initiator.step();
    const reply = acceptor.step(token ?? new Uint8Array());
    expectNoSecret([initiator, acceptor]);
    await initiator.step(reply.token);
    acceptor.unwrap(initiator.wrap(Buffer.from('x')));
    expectNoSecret([initiator, acceptor, reply]);
  });

  test('tickets and their sources show no secret', async () => {
    const source = await ticketSource(credentialsOf(), config, processState);
    const tgt = await source.tgt(config, undefined);
    expectNoSecret([source, tgt], [tgt.key.value]);
  });
});

test('the client keytab shows no secret', async () => {
  vi.stubEnv('KRB5CCNAME', join(realm.folder, 'no-cache'));
  vi.stubEnv('KRB5_CLIENT_KTNAME', realm.keytabs.client);
  const memory = createKrb5State();
  try {
    const choice = await chooseCache(undefined, config, memory);
    const source = await ticketSource(undefined, config, memory);
    expectNoSecret([choice, source, memory, await clientKeytab(config, memory)]);
    vi.stubEnv('KRB5_CLIENT_KTNAME', `${realm.keytabs.client}x`);
    const missing = await chooseCache(undefined, config, memory).catch((error: unknown) => error);
    expectNoSecret(missing);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('keytabs and caches show no secret', async () => {
  expectNoSecret([keytab, await locateCcache(realm.ccache).read()]);
  expectNoSecret(await locateCcache('KCM:', config).read());
});

test('the key for the context of another library is not shown', async () => {
  const credentials = await freshCache(realm);
  await storeServiceTicket(realm, credentials.ccache);
  const context = createInitiatorContext({ host: 'localhost', credentials, config });
  const { token } = await context.step();
  const found = await findServiceTicketKey(token ?? new Uint8Array(), credentials.ccache);
  expectNoSecret(found, [found.key.value]);
});

test.each([
  ['a wrong password', 'alice'],
  ['an unknown client', 'nobody'],
  ['a malformed client name', 'a@b@c'],
])('the error for %s shows no secret', async (_name, clientPrincipal) => {
  const password = 'hunter2 and more';
  const credentials = { type: 'password', password, clientPrincipal } as const;
  const context = createInitiatorContext({ host: 'localhost', credentials, config });
  const error = await context.step().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Error);
  expectNoSecret([error, context], [Buffer.from(password)]);
  expectNoSecret(error, [Buffer.from(password)]);
});

test('the error for a KDC proxy that repeats the request shows no secret', async () => {
  const authority = createAuthority(realm.folder, 'secrets');
  const certificate = authority.issue('IP:127.0.0.1');
  await using echo = await startFalseProxy(certificate, (response, body) => response.end(body));
  const proxied = await variantConfig(realm, {
    kdcs: [`https://127.0.0.1:${echo.port}/\n    http_anchors = FILE:${authority.certFile}`],
  });
  const password = 'hunter2 and more';
  const credentials = { type: 'password', password, clientPrincipal: 'alice' } as const;
  const context = createInitiatorContext({ host: 'localhost', credentials, config: proxied });
  const error = await context.step().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ message: expect.stringContaining('something other than') });
  expectNoSecret([error, context], [Buffer.from(password)]);
});

test('the error of an acceptor with another key shows no secret', async () => {
  const wrong = otherKeys(keytab);
  const credentials = { type: 'ccache', ccache: realm.ccache } as const;
  const { token } = await createInitiatorContext({
    host: 'localhost',
    credentials,
    config,
  }).step();
  const context = createAcceptorContext({ keytab: wrong });
  let error: unknown;
  try {
    context.step(token ?? new Uint8Array());
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ name: 'KRB_AP_ERR_MODIFIED' });
  expectNoSecret(
    error,
    wrong.entries.map(({ key }) => key.value),
  );
});

describe('preauthentication', () => {
  const hardened = useRealm({
    libdefaults: ['spake_preauth_groups = edwards25519'],
    kdcConf: ['[plugins]', '  kdcpreauth = {', '    disable = encrypted_timestamp', '  }'],
  });
  const GROUPLESS = 'spake_preauth_groups = curve448';

  test.each([
    ['SPAKE', 'correct horse', false, []],
    ['SPAKE with a wrong password', WRONG, false, []],
    ['SPAKE inside FAST', 'correct horse', true, []],
    ['an encrypted challenge inside FAST', 'correct horse', true, [GROUPLESS]],
    ['an encrypted challenge with a wrong password', WRONG, true, [GROUPLESS]],
    ['nothing that is known', 'correct horse', false, [GROUPLESS]],
  ])('shows no secret with %s', async (title, password, armored, libdefaults) => {
    made.length = 0;
    const name = title.replaceAll(' ', '-');
    const { clientPrincipal } = await newPasswordClient(hardened, name, 'correct horse');
    const armor = armored ? await freshCache(hardened) : undefined;
    const credentials = { type: 'password', password, clientPrincipal, armor } as const;
    const own = await variantConfig(hardened, { libdefaults });
    const context = createInitiatorContext({ host: 'localhost', credentials, config: own });
    const outcome = await context.step().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(outcome === undefined).toBe(password !== WRONG && title !== 'nothing that is known');
    expect(made.length > 0).toBe(title !== 'nothing that is known');
    expect(traced.join()).toContain(`Getting initial credentials for ${clientPrincipal}`);
    const source = await ticketSource(credentials, own, processState);
    expectNoSecret([outcome, context, source, processState], [...made, Buffer.from(password)]);
  });

  test('shows no secret of the armor if the KDC answers without FAST', async () => {
    made.length = 0;
    await using kdc = await startForgingKdc(hardened);
    kdc.forge.as = KrbErrorCode.KDC_ERR_PREAUTH_REQUIRED;
    const armor = await freshCache(hardened);
    const own = { ...(await newPasswordClient(hardened, 'stripped', 'correct horse')), armor };
    const attacked = await variantConfig(hardened, { kdcs: [kdc.kdc] });
    const context = createInitiatorContext({
      host: 'localhost',
      credentials: own,
      config: attacked,
    });
    const error = await context.step().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'KRB5_ERR_FAST_REQUIRED' });
    expect(made.length).toBeGreaterThan(0);
    expectNoSecret([error, context], [...made, Buffer.from('correct horse')]);
  });
});
