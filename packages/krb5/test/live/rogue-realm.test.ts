/** A lying realm on the way, and a KDC with false replies. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Krb5Config, readKrb5Config } from '../../src/config/krb5-config.js';
import { Etype } from '../../src/crypto/etypes.js';
import { createInitiatorContext, type InitiatorOptions } from '../../src/gss/initiator.js';
import { findKey } from '../../src/keytab/keytab.js';
import { readKeytab } from '../../src/keytab/read-keytab.js';
import { formatPrincipal, parsePrincipal, tgsPrincipal } from '../../src/principal.js';
import { freshCache } from '../support/credentials.js';
import { type Claim, type RogueKdc, startRogueKdc } from '../support/rogue-kdc.js';
import { useRealm } from '../support/use-realm.js';

const ROGUE = 'ROGUE.TEST';
const TARGET = 'TARGET.TEST';

/** HOME trusts both other realms. Clients know the rogue realm from their own configuration. */
const home = useRealm({ realm: 'HOME.TEST' });
let rogue: RogueKdc;
/**
 * Answers in the place of the target's KDC, but belongs to the rogue realm: it cannot open home's
 * tickets for the target.
 */
let falseTarget: RogueKdc;
let claim: (name: string) => Claim | undefined;

async function crossKey(name: string) {
  const principal = `krbtgt/${name}@${home.name}`;
  const keytab = join(home.folder, `${name}.keytab`);
  await home.kadmin(`ktadd -norandkey -k ${keytab} ${principal}`);
  return findKey(await readKeytab(keytab), { principal: parsePrincipal(principal) }).key;
}

beforeAll(async () => {
  await home.kadmin(`addprinc -randkey krbtgt/${ROGUE}`);
  await home.kadmin(`addprinc -randkey krbtgt/${TARGET}`);
  const keys = [await crossKey(ROGUE)];
  rogue = await startRogueKdc({ keys, claim: (name) => claim(name) });
  falseTarget = await startRogueKdc({ keys, claim: (name) => claim(name) });
});
afterAll(async () => {
  await rogue?.[Symbol.asyncDispose]();
  await falseTarget?.[Symbol.asyncDispose]();
});

beforeEach(() => {
  for (const { opened, unopened } of [rogue, falseTarget]) {
    opened.length = 0;
    unopened.length = 0;
  }
});

let files = 0;
async function configOf(more: readonly string[] = [], libdefaults: readonly string[] = []) {
  files += 1;
  const path = join(home.folder, `rogue-${files}.conf`);
  const realms = Object.entries({
    [home.name]: `127.0.0.1:${home.kdcPort}`,
    [ROGUE]: rogue.kdc,
    [TARGET]: falseTarget.kdc,
  }).map(([name, kdc]) => `  ${name} = {\n    kdc = ${kdc}\n  }`);
  const lines = [
    '[libdefaults]',
    `default_realm = ${home.name}`,
    'dns_lookup_kdc = false',
    'dns_canonicalize_hostname = false',
    'rdns = false',
    ...libdefaults,
    '[realms]',
    ...realms,
    ...more,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return readKrb5Config({ KRB5_CONFIG: path });
}

/** Makes a client for several requests, as a service is one. */
async function newClient(config: Krb5Config) {
  const credentials = await freshCache(home);
  const step = (principal: string, more: Partial<InitiatorOptions> = {}) => {
    const context = createInitiatorContext({ principal, credentials, config, ...more });
    return context.step().then(
      () => ({ context }),
      (error: unknown) => ({ error }),
    );
  };
  return { step };
}

const host = (realm: string) => parsePrincipal(`host/server.test@${realm}`);
const tgt = (realm: string): Claim => ({ server: tgsPrincipal(realm, ROGUE) });

describe('a realm that a client has asked', () => {
  test.each([
    [
      'by a referral',
      (name: string): Claim | undefined =>
        name === 'host/in.rogue.test'
          ? tgt(TARGET)
          : { server: parsePrincipal(`${name}@${TARGET}`) },
    ],
    [
      'by a ticket for another realm than the client asked for',
      (name: string): Claim | undefined =>
        name.startsWith('krbtgt/') ? tgt(TARGET) : { server: parsePrincipal(`${name}@${TARGET}`) },
    ],
  ])('does not speak for others: %s', async (_, lie) => {
    claim = lie;
    const way = ['[capaths]', `  ${home.name} = {`, `    OTHER.TEST = ${ROGUE}`, '  }'];
    const { step } = await newClient(await configOf(way));
    await step(`host/in.rogue.test@${ROGUE}`);
    await step('host/server.test@OTHER.TEST');
    expect(rogue.opened).not.toEqual([]);
    falseTarget.opened.length = 0;
    // Home's own KDC knows the way to the target. The rogue cannot open the ticket for it.
    const { error } = { error: undefined, ...(await step(formatPrincipal(host(TARGET)))) };
    expect(error).toBeInstanceOf(Error);
    expect(falseTarget.opened).toEqual([]);
    expect(falseTarget.unopened).toContain('host/server.test');
  });

  test('does not speak for the client’s own realm', async () => {
    claim = (name) =>
      name.startsWith('krbtgt/') || name === 'host/in.rogue.test'
        ? tgt(home.name)
        : { server: parsePrincipal(`${name}@${home.name}`) };
    const way = ['[capaths]', `  ${home.name} = {`, `    OTHER.TEST = ${ROGUE}`, '  }'];
    const { step } = await newClient(await configOf(way));
    await step(`host/in.rogue.test@${ROGUE}`);
    const { error } = { error: undefined, ...(await step('host/server.test@OTHER.TEST')) };
    expect(error).toMatchObject({ name: 'KRB5_GET_IN_TKT_LOOP' });
    const before = rogue.opened.length;
    // The ticket for a service of home must come from home's KDC: the real server can open it.
    const { context } = { context: undefined, ...(await step(home.principals.server)) };
    expect(context).toBeDefined();
    expect(rogue.opened).toHaveLength(before);
  });

  test('refuses a kept ticket, and the client gets another one, once', async () => {
    // The client may keep the ticket, as it has the right name. Then the rogue loses its keys.
    claim = (name) =>
      name.startsWith('krbtgt/') ? undefined : { server: parsePrincipal(`${name}@${ROGUE}`) };
    const { step } = await newClient(await configOf());
    expect(await step(`host/one.test@${ROGUE}`)).toHaveProperty('context');
    const principal = `krbtgt/${ROGUE}@${home.name}`;
    await home.kadmin(`cpw -randkey ${principal}`);
    const second = await startRogueKdc({ keys: [await crossKey(ROGUE)], claim });
    const config = await configOf();
    const moved = await configOf();
    expect(moved).not.toBe(config);
    await using _ = second;
    const text = config.profile.files[0]?.path ?? '';
    writeFileSync(
      text,
      [
        '[libdefaults]',
        `default_realm = ${home.name}`,
        'dns_lookup_kdc = false',
        'dns_canonicalize_hostname = false',
        '[realms]',
        `  ${home.name} = {\n    kdc = 127.0.0.1:${home.kdcPort}\n  }`,
        `  ${ROGUE} = {\n    kdc = ${second.kdc}\n  }`,
      ].join('\n'),
    );
    const changed = await readKrb5Config({ KRB5_CONFIG: text });
    expect(await step(`host/two.test@${ROGUE}`, { config: changed })).toHaveProperty('context');
    expect(second.unopened).toEqual(['host/two.test']);
    expect(second.opened).toEqual(['host/two.test']);
  });
});

describe('a reply that is not what was asked for is refused', () => {
  const name = `host/x.test@${ROGUE}`;

  async function replyOf(of: Partial<Claim>, libdefaults: readonly string[] = []) {
    const { step } = await newClient(await configOf([], libdefaults));
    claim = () => ({ server: parsePrincipal(name), ...of });
    return { error: undefined, ...(await step(name)) };
  }

  beforeAll(async () => {
    // The test before changed the keys.
    await rogue[Symbol.asyncDispose]();
    rogue = await startRogueKdc({ keys: [await crossKey(ROGUE)], claim: (asked) => claim(asked) });
  });

  test('an honest reply is taken', async () => {
    expect((await replyOf({})).error).toBeUndefined();
  });

  test('a ticket that names another server is refused', async () => {
    const { error } = await replyOf({ ticketServer: host(TARGET) });
    expect(error).toMatchObject({
      name: 'KRB5_KDCREP_MODIFIED',
      message: expect.stringContaining(`a ticket for host/server.test@${TARGET}`),
    });
  });

  test('a reply for another service is refused', async () => {
    const { error } = await replyOf({ server: parsePrincipal(`host/y.test@${ROGUE}`) });
    expect(error).toMatchObject({
      name: 'KRB5_KDCREP_MODIFIED',
      message: expect.stringContaining(`host/y.test@${ROGUE} where ${name} was asked for`),
    });
  });

  test('a ticket is refused that ends later than the request asks for', async () => {
    const { error } = await replyOf({ endtime: Math.floor(Date.now() / 1000) + 40 * 24 * 3600 });
    expect(error).toMatchObject({
      name: 'KRB5_KDCREP_MODIFIED',
      message: expect.stringContaining('ends later than was asked for'),
    });
  });

  test('a ticket is refused that starts at another time', async () => {
    const { error } = await replyOf({ starttime: Math.floor(Date.now() / 1000) - 3600 });
    expect(error).toMatchObject({ name: 'KRB5_KDCREP_SKEW' });
  });

  test('a session key is refused if permitted_enctypes does not allow its type', async () => {
    const only = ['permitted_enctypes = aes256-cts-hmac-sha1-96'];
    expect((await replyOf({}, only)).error).toBeUndefined();
    const { error } = await replyOf({ etype: Etype.AES128_CTS_HMAC_SHA1_96 }, only);
    expect(error).toMatchObject({
      name: 'KRB5_CONFIG_ETYPE_NOSUPP',
      message: expect.stringMatching(/aes128.*permitted_enctypes does not allow/),
    });
  });

  test('a reply does not change the peer’s name without mutual authentication', async () => {
    // A KDC may spell its realm in another way. The peer has the name that the caller gave.
    claim = () => ({ server: parsePrincipal('host/x.test@rogue.test') });
    const { step } = await newClient(await configOf());
    const { context } = { context: undefined, ...(await step(name, { flags: 0 })) };
    expect(context?.peer).toBe(name);
  });
});
