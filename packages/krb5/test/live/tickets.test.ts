/** Tickets and contexts with a real KDC and the real remctld. */
import { appendFileSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import {
  freePort,
  type Realm,
  startGarbageKdc,
  startSilentKdc,
  storeServiceTicket,
  writeKrb5Conf,
} from '@remctl/realm';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { decodeCcache } from '../../src/ccache/decode.js';
import { type Krb5Config, readKrb5Config } from '../../src/config/krb5-config.js';
import { KrbErrorCode, LocalErrorCode } from '../../src/error-codes.js';
import { createInitiatorContext, type InitiatorOptions } from '../../src/gss/initiator.js';
import { encodeCcache } from '../../src/testing/ccache-encoder.js';
import { shiftClock } from '../support/clock.js';
import { freshCache, newKeytabClient } from '../support/credentials.js';
import { kdcError } from '../support/kdc-error.js';
import { listenTcp, listenUdp } from '../support/loopback.js';
import { configOf, countInKdcLog, ENCTYPES, variantConfig } from '../support/realm-files.js';
import { run } from '../support/remctl.js';
import { useRealm } from '../support/use-realm.js';

/** Reads the realm's configuration with other KDCs, and more lines in [libdefaults]. */
function configWith(
  realm: Realm,
  kdcs: readonly string[],
  libdefaults: readonly string[] = [],
): Promise<Krb5Config> {
  return variantConfig(realm, { kdcs, libdefaults });
}

const ECHO = ['test', 'whoami'];

describe.each(ENCTYPES)('a KDC with %s', (enctype) => {
  const realm = useRealm({ enctype });
  let config: Krb5Config;
  beforeAll(async () => {
    config = await configOf(realm);
  });

  test('gives the owner of a cache a context that runs a command on remctld', async () => {
    const credentials = { type: 'ccache', ccache: realm.ccache } as const;
    const answer = await run(realm.port, { host: 'localhost', credentials, config }, ECHO);
    expect(answer.output.trim()).toBe(realm.principals.client);
    expect(answer.status).toBe(0);
    expect(answer.peer).toBe(realm.principals.server);
  });

  test('gives the owner of a keytab a context without kinit', async () => {
    const { client } = realm.keytabs;
    const credentials = { type: 'keytab', keytab: client, clientPrincipal: 'alice' } as const;
    const answer = await run(realm.port, { host: 'localhost', credentials, config }, ECHO);
    expect(answer.output.trim()).toBe(realm.principals.client);
  });

  test.each(['+requires_preauth', '-requires_preauth'])(
    'gives the owner of a password a context with %s',
    async (attribute) => {
      await realm.kadmin(`modprinc ${attribute} alice`);
      const password = realm.passwords.client;
      const credentials = {
        type: 'password',
        password,
        clientPrincipal: `alice@${realm.name}`,
      } as const;
      // A client's tickets are kept, and another configuration makes another client.
      const own = await configWith(realm, [`127.0.0.1:${realm.kdcPort}`]);
      const answer = await run(realm.port, { host: 'localhost', credentials, config: own }, ECHO);
      expect(answer.output.trim()).toBe(realm.principals.client);

      const wrong = { ...credentials, password: 'wrong' };
      await expect(
        createInitiatorContext({ host: 'localhost', credentials: wrong, config }).step(),
      ).rejects.toMatchObject({
        name:
          attribute === '+requires_preauth' ? 'KDC_ERR_PREAUTH_FAILED' : 'KRB_AP_ERR_BAD_INTEGRITY',
        message: expect.stringContaining('password is wrong'),
      });
    },
  );

  test('gives a context with a principal that is written in full', async () => {
    const credentials = { type: 'ccache', ccache: realm.ccache } as const;
    const principal = realm.principals.otherServer;
    const answer = await run(realm.port, { principal, credentials, config }, ECHO);
    expect(answer.peer).toBe(principal);
  });
});

describe('tickets', () => {
  const realm = useRealm();
  let config: Krb5Config;
  beforeAll(async () => {
    config = await configOf(realm);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const first = (options: Partial<InitiatorOptions>) =>
    createInitiatorContext({ host: 'localhost', config, ...options }).step();
  const granted = () => countInKdcLog(realm, /TGS_REQ.*ISSUE/);

  test('come from one exchange for many callers at once, and for later ones', async () => {
    const credentials = await freshCache(realm);
    const before = granted();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => first({ credentials })));
    await first({ credentials });
    expect(granted() - before).toBe(1);
    expect(new Set(tokens.map(({ token }) => Buffer.from(token ?? []).toString('hex'))).size).toBe(
      50,
    );
  });

  test('come from one exchange of each kind for many keytab callers at once', async () => {
    const credentials = await newKeytabClient(realm, 'many', '');
    await Promise.all(Array.from({ length: 50 }, () => first({ credentials })));
    expect(countInKdcLog(realm, / AS_REQ .*ISSUE.* many@/)).toBe(1);
    expect(countInKdcLog(realm, / TGS_REQ .*ISSUE.* many@/)).toBe(1);
  });

  test('reach the other callers if one aborts', async () => {
    const credentials = await freshCache(realm);
    const controller = new AbortController();
    const reason = new Error('enough');
    const aborted = first({ credentials, signal: controller.signal });
    const patient = first({ credentials });
    setImmediate(() => controller.abort(reason));
    await Promise.allSettled([aborted]);
    await expect(patient).resolves.toMatchObject({ established: false });
  });

  test('are taken from the cache without a KDC', async () => {
    const credentials = await freshCache(realm);
    await storeServiceTicket(realm, credentials.ccache);
    const before = countInKdcLog(realm, /./);
    await first({ credentials });
    expect(countInKdcLog(realm, /./)).toBe(before);
  });

  test('are read again from a cache that kinit wrote again', async () => {
    const credentials = await freshCache(realm);
    const alice = await run(realm.port, { host: 'localhost', credentials, config }, ECHO);
    await realm.kinit({ principal: 'mallory', ccache: credentials.ccache });
    const mallory = await run(realm.port, { host: 'localhost', credentials, config }, ECHO);
    expect([alice.output.trim(), mallory.output.trim()]).toEqual([
      realm.principals.client,
      realm.principals.otherClient,
    ]);
  });

  test('are gone if kdestroy removed the cache', async () => {
    const credentials = await freshCache(realm);
    await first({ credentials });
    rmSync(credentials.ccache.replace('FILE:', ''));
    await expect(first({ credentials })).rejects.toMatchObject({
      code: LocalErrorCode.KRB5_FCC_NOFILE,
      message: expect.stringContaining('run kinit, or give keytab'),
    });
  });

  test('stay if the time of their cache changes and its content does not', async () => {
    const credentials = await freshCache(realm);
    await first({ credentials });
    const before = granted();
    const now = new Date();
    utimesSync(credentials.ccache.replace('FILE:', ''), now, now);
    await first({ credentials });
    expect(granted()).toBe(before);
  });

  test('are an error if they have expired', async () => {
    const credentials = { type: 'ccache', ccache: await realm.expiredCcache() } as const;
    await expect(first({ credentials })).rejects.toMatchObject({
      name: 'KRB_AP_ERR_TKT_EXPIRED',
      message: expect.stringMatching(/expired at \d{4}-.*: run kinit, or give keytab/),
    });
  });

  test('are refused for a service that the KDC does not know', async () => {
    await expect(
      first({ principal: realm.principals.unknownServer, credentials: await freshCache(realm) }),
    ).rejects.toMatchObject({
      name: 'KDC_ERR_S_PRINCIPAL_UNKNOWN',
      message: expect.stringContaining(realm.principals.unknownServer),
    });
  });

  test('are refused to a client that the KDC does not know', async () => {
    const credentials = { type: 'password', password: 'x', clientPrincipal: 'nobody' } as const;
    await expect(first({ credentials })).rejects.toMatchObject({
      name: 'KDC_ERR_C_PRINCIPAL_UNKNOWN',
      message: expect.stringContaining(`nobody@${realm.name}`),
    });
  });

  test('are not asked for if the keytab does not have the client', async () => {
    const keytab = realm.keytabs.server;
    const credentials = { type: 'keytab', keytab, clientPrincipal: 'alice' } as const;
    await expect(first({ credentials })).rejects.toMatchObject({
      code: LocalErrorCode.KRB5_KT_NOTFOUND,
    });
  });

  test('are refused by a server that does not have the service’s key', async () => {
    const credentials = await freshCache(realm);
    const principal = realm.principals.wrongServer;
    await expect(run(realm.port, { principal, credentials, config }, ECHO)).rejects.toThrow();
  });

  test('are replaced before they expire for a keytab client', async () => {
    const credentials = await newKeytabClient(realm, 'short', '');
    const brief = await configWith(
      realm,
      [`127.0.0.1:${realm.kdcPort}`],
      ['ticket_lifetime = 40s'],
    );
    const issued = () => countInKdcLog(realm, / AS_REQ .*ISSUE.* short@/);
    await first({ credentials, config: brief });
    await first({ credentials, config: brief });
    expect(issued()).toBe(1);
    const later = Date.now() + 35_000;
    vi.spyOn(Date, 'now').mockReturnValue(later);
    const context = createInitiatorContext({ host: 'localhost', credentials, config: brief });
    await context.step();
    expect(issued()).toBe(2);
  });

  test('still serve while the KDC is away, until they expire', async () => {
    const credentials = await newKeytabClient(realm, 'patient', '');
    // With kdc_timesync the client would correct the clock that the test sets forward below.
    const short = ['ticket_lifetime = 40s', 'kdc_timesync = 0'];
    const own = await configWith(realm, [`127.0.0.1:${realm.kdcPort}`], short);
    const step = (principal: string) =>
      createInitiatorContext({ principal, credentials, config: own }).step();
    await step(realm.principals.server);
    const start = Date.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(start + 35_000);
    // This replaces the ticket-granting ticket, but not the ticket for the first service.
    await step(realm.principals.otherServer);
    await realm.stopKdc();
    try {
      await step(realm.principals.server);
      await step(realm.principals.server);
      clock.mockReturnValue(start + 41_000);
      await expect(step(realm.principals.server)).rejects.toMatchObject({
        code: LocalErrorCode.KRB5_KDC_UNREACH,
      });
    } finally {
      await realm.startKdc();
    }
    await step(realm.principals.server);
  });

  test.each([
    ['waits a little', 'patient-2', undefined],
    ['is in a hurry, and may fail once', 'hurried', 100],
  ])(
    'still serve while the KDC is silent, for a caller who %s',
    async (_name, clientPrincipal, hurry) => {
      await using silent = await startSilentKdc();
      const credentials = await newKeytabClient(realm, clientPrincipal, '');
      const libdefaults = ['ticket_lifetime = 40s', 'kdc_timesync = 0'];
      const path = writeKrb5Conf(realm, { libdefaults });
      const step = async (signal?: AbortSignal) => {
        const own = await readKrb5Config({ KRB5_CONFIG: path });
        return createInitiatorContext({
          host: 'localhost',
          credentials,
          config: own,
          signal,
        }).step();
      };
      await step();
      vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 35_000);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace(`127.0.0.1:${realm.kdcPort}`, silent.kdc));
      if (hurry !== undefined) {
        const reason = new Error('too slow');
        const controller = new AbortController();
        setTimeout(() => controller.abort(reason), hurry);
        await expect(step(controller.signal)).rejects.toBe(reason);
      }
      await step();
      await step();
    },
  );

  describe('a context', () => {
    test('fails if the KDC is down', async () => {
      const port = await freePort();
      const own = await configWith(realm, [`127.0.0.1:${port}`]);
      await expect(
        first({ credentials: await freshCache(realm), config: own }),
      ).rejects.toMatchObject({
        code: LocalErrorCode.KRB5_KDC_UNREACH,
        message: expect.stringContaining(`127.0.0.1 port ${port}: ECONNREFUSED`),
      });
    });

    test('is established if the first KDC of two is dead', async () => {
      const kdcs = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${realm.kdcPort}`];
      const own = await configWith(realm, kdcs);
      await first({ credentials: await freshCache(realm), config: own });
    });

    test.each([
      ['is silent', startSilentKdc],
      ['answers garbage', startGarbageKdc],
    ])('is established if the first KDC of two %s', async (_, startBadKdc) => {
      await using bad = await startBadKdc();
      const own = await configWith(realm, [bad.kdc, `127.0.0.1:${realm.kdcPort}`]);
      await first({ credentials: await freshCache(realm), config: own });
    });

    test('is established by TCP alone if udp_preference_limit is 0', async () => {
      const own = await configWith(
        realm,
        [`127.0.0.1:${realm.kdcPort}`],
        ['udp_preference_limit = 0'],
      );
      await first({ credentials: await freshCache(realm), config: own });
    });

    test('fails after request_timeout if the KDC is silent', async () => {
      await using silent = await startSilentKdc();
      const own = await configWith(realm, [`udp/${silent.kdc}`], ['request_timeout = 1s']);
      await expect(
        first({ credentials: await freshCache(realm), config: own }),
      ).rejects.toMatchObject({
        code: LocalErrorCode.KRB5_KDC_UNREACH,
        message: expect.stringMatching(/udp\/127\.0\.0\.1 port \d+: no answer/),
      });
    });

    describe('with a KDC whose answers are too big for a datagram', () => {
      const other = useRealm({ realm: 'BIG.TEST' });
      beforeAll(async () => {
        const limit = '[kdcdefaults]\n  kdc_max_dgram_reply_size = 100\n';
        appendFileSync(join(other.folder, 'kdc.conf'), limit);
        await other.stopKdc();
        await other.startKdc();
      });
      const keytabOf = () =>
        ({ type: 'keytab', keytab: other.keytabs.client, clientPrincipal: 'alice' }) as const;

      test('is established by TCP', async () => {
        const own = await configWith(other, [`127.0.0.1:${other.kdcPort}`]);
        const options = { host: 'localhost', credentials: keytabOf(), config: own };
        const answer = await run(other.port, options, ECHO);
        expect(answer.output.trim()).toBe(other.principals.client);
      });

      test('fails if the KDC may not be asked by TCP', async () => {
        const own = await configWith(other, [`udp/127.0.0.1:${other.kdcPort}`]);
        await expect(first({ credentials: keytabOf(), config: own })).rejects.toMatchObject({
          code: LocalErrorCode.KRB5_KDC_UNREACH,
          message: expect.stringMatching(/too big .*TCP/),
        });
      });
    });

    test('is established by TCP after KRB_ERR_RESPONSE_TOO_BIG', async () => {
      const tcp = createServer((socket) => {
        const kdc = connect(realm.kdcPort, '127.0.0.1');
        socket.on('error', () => kdc.destroy()).pipe(kdc);
        kdc.on('error', () => socket.destroy()).pipe(socket);
      });
      const port = await listenTcp(tcp);
      let datagrams = 0;
      const udp = await listenUdp((_request, from) => {
        datagrams += 1;
        const error = kdcError(realm.name, KrbErrorCode.KRB_ERR_RESPONSE_TOO_BIG);
        udp.send(error, from.port, from.address);
      }, port);
      const own = await configWith(realm, [`127.0.0.1:${port}`]);
      await first({ credentials: await freshCache(realm), config: own });
      expect(datagrams).toBe(1);
      const limit = ['udp_preference_limit = 0'];
      const byTcp = await configWith(realm, [`127.0.0.1:${port}`], limit);
      await first({ credentials: await freshCache(realm), config: byTcp });
      expect(datagrams).toBe(1);
      udp.close();
      tcp.close();
    });
  });

  describe('a clock an hour behind', () => {
    const setBack = () => shiftClock(-3_600_000);

    test('is corrected by the KDC’s time', async () => {
      const credentials = await freshCache(realm);
      setBack();
      const answer = await run(realm.port, { host: 'localhost', credentials, config }, ECHO);
      expect(answer.status).toBe(0);
    });

    test('is corrected by the cache if kinit has noted the difference', async () => {
      const credentials = await freshCache(realm);
      const path = credentials.ccache.replace('FILE:', '');
      const cache = decodeCcache(readFileSync(path));
      const timeOffset = { seconds: 3600, microseconds: 0 };
      writeFileSync(path, encodeCcache({ ...cache, version: 4, timeOffset }));
      setBack();
      const asked = () => countInKdcLog(realm, / TGS_REQ /);
      const before = asked();
      const answer = await run(realm.port, { host: 'localhost', credentials, config }, ECHO);
      expect(answer.status).toBe(0);
      // One request is enough, as the KDC has no reason to refuse it.
      expect(asked() - before).toBe(1);
    });

    test('is corrected for a keytab client too', async () => {
      const own = await configWith(realm, [`127.0.0.1:${realm.kdcPort}`]);
      await realm.kadmin('modprinc +requires_preauth mallory');
      setBack();
      const keytab = realm.keytabs.client;
      const credentials = { type: 'keytab', keytab, clientPrincipal: 'mallory' } as const;
      const answer = await run(realm.port, { host: 'localhost', credentials, config: own }, ECHO);
      expect(answer.status).toBe(0);
    });

    test('is an error if kdc_timesync is off', async () => {
      const credentials = await freshCache(realm);
      const own = await configWith(realm, [`127.0.0.1:${realm.kdcPort}`], ['kdc_timesync = 0']);
      setBack();
      await expect(first({ credentials, config: own })).rejects.toMatchObject({
        name: 'KRB_AP_ERR_SKEW',
        message: expect.stringContaining('by 60 minutes (behind): set it right'),
      });
    });
  });

  test('a server’s clock is named if it and this machine’s clock differ from the KDC’s', async () => {
    const server = await realm.startRemctld({ clock: '+1h' });
    const credentials = await freshCache(realm);
    shiftClock(3_600_000);
    await expect(
      run(server.port, { host: 'localhost', credentials, config }, ECHO),
    ).rejects.toMatchObject({
      name: 'KRB_AP_ERR_SKEW',
      message: expect.stringContaining("the server's clock differs from the KDC's by 60 minutes"),
    });
  });
});
