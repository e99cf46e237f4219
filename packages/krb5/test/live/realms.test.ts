/** Tickets across realms, from real KDCs for the real remctld. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Realm } from '@remctl/realm';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { decode, encode } from '../../src/asn1/codec.js';
import { decodeCcache } from '../../src/ccache/decode.js';
import { type Krb5Config, readKrb5Config } from '../../src/config/krb5-config.js';
import { createAcceptorContext } from '../../src/gss/acceptor.js';
import { readApReqToken } from '../../src/gss/ap-exchange.js';
import { createInitiatorContext, type InitiatorOptions } from '../../src/gss/initiator.js';
import { createKrb5State } from '../../src/gss/krb5-state.js';
import { frameToken, TokenId } from '../../src/gss/token-framing.js';
import { readKeytab } from '../../src/keytab/read-keytab.js';
import { apReq } from '../../src/messages/ap-messages.js';
import { ticket } from '../../src/messages/ticket.js';
import { formatPrincipal } from '../../src/principal.js';
import { encodeCcache } from '../../src/testing/ccache-encoder.js';
import { freshCache } from '../support/credentials.js';
import { countInKdcLog } from '../support/realm-files.js';
import { run } from '../support/remctl.js';
import { useRealm } from '../support/use-realm.js';

const TRUST_PASSWORD = 'between realms';

/** A and B take each other's tickets, and C takes B's tickets: A's clients reach C by way of B. */
const a = useRealm({ realm: 'A.TEST' });
const b = useRealm({ realm: 'B.TEST' });
const c = useRealm({ realm: 'C.TEST' });
/** LAX is like C, but its KDC does not check the way of a client: services must. */
const lax = useRealm({ realm: 'LAX.TEST' });

/** Makes `server` take the tickets that `client` issues for it. */
async function trust(client: Realm, server: Realm): Promise<void> {
  for (const realm of [client, server]) {
    await realm.kadmin(`addprinc -pw "${TRUST_PASSWORD}" krbtgt/${server.name}@${client.name}`);
  }
}

/** Returns the context token with another realm in its ticket's name. */
function inRealm(token: Uint8Array, realm: string): Uint8Array {
  const request = readApReqToken(token);
  const named = { ...decode(ticket, request.ticket), realm };
  return frameToken(
    TokenId.KRB_AP_REQ,
    encode(apReq, { ...request, ticket: encode(ticket, named) }),
  );
}

async function addHost(realm: Realm, host: string): Promise<void> {
  await realm.kadmin(`addprinc -randkey host/${host}`);
  await realm.kadmin(`ktadd -k ${realm.keytabs.server} host/${host}`);
}

/** Adds lines to a KDC's krb5.conf: [domain_realm] for referrals, [capaths] to check ways. */
async function reconfigureKdc(realm: Realm, lines: readonly string[]): Promise<void> {
  appendFileSync(realm.krb5Conf, `${lines.join('\n')}\n`);
  await realm.stopKdc();
  await realm.startKdc();
}

beforeAll(async () => {
  await Promise.all([trust(a, b), trust(b, c), trust(b, a), trust(b, lax)]);
  await addHost(a, 'server.home.test');
  await addHost(b, 'server.b.test');
  await addHost(b, 'www.referred.test');
  await addHost(c, 'server.c.test');
  const way = ['[capaths]', '  A.TEST = {', '    C.TEST = B.TEST', '  }'];
  await reconfigureKdc(a, [
    '[domain_realm]',
    '  .referred.test = B.TEST',
    '  .c.test = C.TEST',
    '  .circle.test = B.TEST',
    ...way,
  ]);
  await reconfigureKdc(b, [
    '[domain_realm]',
    '  .c.test = C.TEST',
    '  .circle.test = A.TEST',
    '  .home.test = A.TEST',
  ]);
  await reconfigureKdc(c, way);
  appendFileSync(
    join(lax.folder, 'kdc.conf'),
    '[realms]\n  LAX.TEST = {\n    reject_bad_transit = false\n  }\n',
  );
  await reconfigureKdc(lax, []);
});

let files = 0;
/** Reads a client's configuration that has the KDCs, and the lines `more`. */
async function clientConfig(more: readonly string[] = []): Promise<Krb5Config> {
  const realms = [a, b, c, lax].map(
    ({ name, kdcPort }) => `  ${name} = {\n    kdc = 127.0.0.1:${kdcPort}\n  }`,
  );
  files += 1;
  const path = join(a.folder, `client-${files}.conf`);
  const libdefaults = ['default_realm = A.TEST', 'dns_lookup_kdc = false'];
  const names = ['dns_canonicalize_hostname = false', 'rdns = false'];
  const lines = ['[libdefaults]', ...libdefaults, ...names, '[realms]', ...realms, ...more];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return readKrb5Config({ KRB5_CONFIG: path });
}

const alice = () => freshCache(a);

const whoami = async (realm: Realm, options: InitiatorOptions) => {
  const { output, peer } = await run(realm.port, options, ['test', 'whoami']);
  return [output.trim(), peer];
};

const granted = (realm: Realm) => countInKdcLog(realm, /TGS_REQ.*ISSUE/);

test('a principal of another realm is reached', async () => {
  const config = await clientConfig();
  const principal = b.principals.server;
  expect(await whoami(b, { principal, credentials: await alice(), config })).toEqual([
    'alice@A.TEST',
    'host/localhost@B.TEST',
  ]);
});

test('a host is reached whose realm is in domain_realm', async () => {
  const config = await clientConfig(['[domain_realm]', '  .b.test = B.TEST']);
  const credentials = await alice();
  expect(await whoami(b, { host: 'server.b.test', credentials, config })).toEqual([
    'alice@A.TEST',
    'host/server.b.test@B.TEST',
  ]);
});

test('a host is reached that the KDC refers to another realm', async () => {
  const config = await clientConfig();
  const credentials = await alice();
  expect(await whoami(b, { host: 'www.referred.test', credentials, config })).toEqual([
    'alice@A.TEST',
    'host/www.referred.test@B.TEST',
  ]);
});

test('a host is reached that two KDCs refer on', async () => {
  const config = await clientConfig();
  const credentials = await alice();
  expect(await whoami(c, { host: 'server.c.test', credentials, config })).toEqual([
    'alice@A.TEST',
    'host/server.c.test@C.TEST',
  ]);
});

test('a host is reached that nobody refers, in the realm with the name of its domain', async () => {
  const config = await clientConfig();
  const credentials = await alice();
  expect(await whoami(b, { host: 'server.b.test', credentials, config })).toEqual([
    'alice@A.TEST',
    'host/server.b.test@B.TEST',
  ]);
});

test('a realm is reached through a realm that capaths names', async () => {
  const config = await clientConfig(['[capaths]', '  A.TEST = {', '    C.TEST = B.TEST', '  }']);
  const principal = c.principals.server;
  expect(await whoami(c, { principal, credentials: await alice(), config })).toEqual([
    'alice@A.TEST',
    'host/localhost@C.TEST',
  ]);
});

test('an acceptor refuses a way that no KDC has checked', async () => {
  const way = ['[capaths]', '  A.TEST = {', '    LAX.TEST = B.TEST', '    C.TEST = B.TEST', '  }'];
  const config = await clientConfig(way);
  const credentials = await alice();
  const accept = async (realm: Realm, change = (token: Uint8Array) => token) => {
    const principal = realm.principals.server;
    const { token } = await createInitiatorContext({ principal, credentials, config }).step();
    const context = createAcceptorContext({ keytab: await readKeytab(realm.keytabs.server) });
    context.step(change(token ?? new Uint8Array()));
    return context.peer;
  };
  expect(await accept(b)).toBe('alice@A.TEST');
  expect(await accept(c)).toBe('alice@A.TEST');
  const refusal = {
    name: 'KRB_AP_PATH_NOT_ACCEPTED',
    message: expect.stringContaining('a client of A.TEST'),
  };
  await expect(accept(lax)).rejects.toMatchObject(refusal);
  // Nothing protects the name in front of a ticket: a client may claim that the service is of its realm.
  await expect(accept(lax, (token) => inRealm(token, a.name))).rejects.toMatchObject(refusal);
  // libkrb5 refuses the way too.
  const principal = lax.principals.server;
  await expect(whoami(lax, { principal, credentials, config })).rejects.toThrow();
});

test('a keytab client reaches another realm', async () => {
  const config = await clientConfig();
  const keytab = a.keytabs.client;
  const credentials = { type: 'keytab', keytab, clientPrincipal: 'alice' } as const;
  expect(await whoami(b, { principal: b.principals.server, credentials, config })).toEqual([
    'alice@A.TEST',
    'host/localhost@B.TEST',
  ]);
});

test('the ticket for another realm serves all services there', async () => {
  const config = await clientConfig();
  const credentials = await alice();
  const before = [granted(a), granted(b)] as const;
  for (const principal of [b.principals.server, b.principals.otherServer, b.principals.server]) {
    await createInitiatorContext({ principal, credentials, config }).step();
  }
  expect([granted(a) - before[0], granted(b) - before[1]]).toEqual([1, 2]);
});

test('a ticket for another realm that has nearly expired is replaced once', async () => {
  // With kdc_timesync the client would correct the clock that the test sets forward below.
  const short = ['ticket_lifetime = 40s', 'kdc_timesync = 0'];
  const config = await clientConfig(['[libdefaults]', ...short]);
  const keytab = a.keytabs.client;
  const credentials = { type: 'keytab', keytab, clientPrincipal: 'mallory' } as const;
  const step = () =>
    createInitiatorContext({ principal: b.principals.server, credentials, config }).step();
  await step();
  const later = Date.now() + 35_000;
  vi.spyOn(Date, 'now').mockReturnValue(later);
  const before = [granted(a), granted(b)] as const;
  for (let times = 0; times < 4; times += 1) {
    await step();
  }
  vi.restoreAllMocks();
  expect([granted(a) - before[0], granted(b) - before[1]]).toEqual([1, 1]);
});

test('a realm without a way to it is an error', async () => {
  const config = await clientConfig();
  const options = { credentials: await alice(), config };
  await expect(
    createInitiatorContext({ principal: 'host/localhost@D.TEST', ...options }).step(),
  ).rejects.toMatchObject({
    name: 'KRB5_NO_TKT_IN_RLM',
    message: expect.stringMatching(
      /A\.TEST knows no way to the realm D\.TEST: check .*domain_realm/,
    ),
  });
});

test('a service that the other realm does not know is an error', async () => {
  const config = await clientConfig();
  const principal = 'host/nowhere@B.TEST';
  await expect(
    createInitiatorContext({ principal, credentials: await alice(), config }).step(),
  ).rejects.toMatchObject({
    name: 'KDC_ERR_S_PRINCIPAL_UNKNOWN',
    message: expect.stringContaining(
      'the KDC of B.TEST does not know the service host/nowhere@B.TEST',
    ),
  });
});

test('referrals in a circle are an error', async () => {
  const config = await clientConfig();
  await expect(
    createInitiatorContext({
      host: 'www.circle.test',
      credentials: await alice(),
      config,
    }).step(),
  ).rejects.toMatchObject({
    name: 'KRB5_GET_IN_TKT_LOOP',
    message: expect.stringContaining('lead in a circle'),
  });
});

test('a host is reached that another realm refers back to the client’s own realm', async () => {
  const config = await clientConfig(['[domain_realm]', '  .home.test = B.TEST']);
  const credentials = await alice();
  expect(await whoami(a, { host: 'server.home.test', credentials, config })).toEqual([
    'alice@A.TEST',
    'host/server.home.test@A.TEST',
  ]);
  expect(await whoami(a, { principal: a.principals.server, credentials, config })).toEqual([
    'alice@A.TEST',
    'host/localhost@A.TEST',
  ]);
});

test('a realm without a known KDC is an error', async () => {
  const config = await clientConfig();
  const credentials = {
    type: 'password',
    password: 'x',
    clientPrincipal: 'alice@X.TEST',
  } as const;
  await expect(
    createInitiatorContext({ host: 'localhost', credentials, config }).step(),
  ).rejects.toMatchObject({
    name: 'KRB5_KDC_UNREACH',
    message: expect.stringContaining(
      'krb5.conf has no kdc for X.TEST, and dns_lookup_kdc is false',
    ),
  });
});

describe('a cache with a ticket for the server’s realm', () => {
  /** Runs kvno, which leaves the tickets of the way in the cache, and returns the cache. */
  async function cacheWith(principal: string, config: Krb5Config): Promise<string> {
    const ccache = await a.kinit();
    const env = { ...a.env, KRB5_CONFIG: config.profile.files[0]?.path };
    execFileSync('kvno', ['-c', ccache, principal], { env });
    return ccache;
  }

  /** Writes a copy of a cache with the tickets that `keep` takes. */
  function copyWith(ccache: string, keep: (server: string) => boolean): string {
    const cache = decodeCcache(readFileSync(ccache.replace('FILE:', '')));
    const credentials = cache.credentials.filter(({ server }) => keep(formatPrincipal(server)));
    files += 1;
    const path = join(a.folder, `copy-${files}`);
    writeFileSync(path, encodeCcache({ ...cache, credentials }));
    return path;
  }

  const server = 'host/server.b.test@B.TEST';

  test('needs no KDC of the client’s realm, with libkrb5 too', async () => {
    const config = await clientConfig();
    const whole = await cacheWith(server, config);
    const ccache = copyWith(whole, (name) => name.startsWith('krbtgt/'));
    await a.stopKdc();
    try {
      const options = { principal: server, config, state: createKrb5State() };
      const credentials = { type: 'ccache', ccache } as const;
      expect(await whoami(b, { ...options, credentials })).toEqual(['alice@A.TEST', server]);
      const env = { ...a.env, KRB5_CONFIG: config.profile.files[0]?.path };
      execFileSync('kvno', ['-c', ccache, server], { env });
    } finally {
      await a.startKdc();
    }
  });

  test('needs no ticket for the client’s own realm, with libkrb5 too', async () => {
    const config = await clientConfig();
    const whole = await cacheWith(server, config);
    const ccache = copyWith(whole, (name) => name === 'krbtgt/B.TEST@A.TEST');
    const options = { principal: server, config, state: createKrb5State() };
    const credentials = { type: 'ccache', ccache } as const;
    expect(await whoami(b, { ...options, credentials })).toEqual(['alice@A.TEST', server]);
    const env = { ...a.env, KRB5_CONFIG: config.profile.files[0]?.path };
    execFileSync('kvno', ['-c', ccache, server], { env });
    await expect(
      whoami(a, { principal: a.principals.server, config, credentials, state: createKrb5State() }),
    ).rejects.toMatchObject({ name: 'KRB5_CC_NOTFOUND' });
  });

  test('that holds the server’s own ticket needs no other', async () => {
    const config = await clientConfig();
    const whole = await cacheWith(server, config);
    const ccache = copyWith(whole, (name) => name === server);
    const options = { principal: server, config, state: createKrb5State() };
    const credentials = { type: 'ccache', ccache } as const;
    expect(await whoami(b, { ...options, credentials })).toEqual(['alice@A.TEST', server]);
  });
});
