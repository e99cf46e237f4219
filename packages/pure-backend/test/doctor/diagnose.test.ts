/** A diagnosis of everything that is broken at sites, on a real realm. */
import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { useRealmForFile } from '@remctl/conformance';
import { RemctlBackendError, type Target } from '@remctl/core';
import {
  addPrincipals,
  type BlackHole,
  freePort,
  type Realm,
  startBlackHole,
  startProtocol1Proxy,
  startRealm,
  startSilentKdc,
  writeKrb5Conf,
} from '@remctl/realm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type DiagnoseOptions,
  type DiagnosisStep,
  diagnose,
  type StepName,
  type StepOutcome,
  verdictOf,
} from '../../src/doctor/index.js';

const realm = await useRealmForFile();

const here = (more: Partial<Target> = {}): Target => ({
  host: 'localhost',
  port: realm.port,
  ...more,
});

async function stepsOf(target: Target, options: DiagnoseOptions = {}): Promise<DiagnosisStep[]> {
  const steps: DiagnosisStep[] = [];
  for await (const step of diagnose(target, { timeout: 2, ...options })) {
    steps.push(step);
  }
  return steps;
}

const outcomesOf = (steps: readonly DiagnosisStep[]) =>
  Object.fromEntries(steps.map(({ name, outcome }) => [name, outcome])) as Record<
    StepName,
    StepOutcome
  >;

function stepOf<N extends StepName>(steps: readonly DiagnosisStep[], name: N) {
  const found = steps.find((step) => step.name === name);
  return found as Extract<DiagnosisStep, { readonly name: N }>;
}

const undo: (() => void | PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) {
    await each();
  }
});

/** Has this process use another krb5.conf until the end of the test. */
function useConf(path: string): void {
  undo.push(realm.useHere(path));
}

function useCcache(name: string): void {
  const before = process.env.KRB5CCNAME;
  process.env.KRB5CCNAME = name;
  undo.push(() => {
    process.env.KRB5CCNAME = before;
  });
}

/** A server that does this with each connection. */
async function serverThat(act: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    act(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    server.close();
  });
  return (server.address() as { port: number }).port;
}

const NAMES: readonly StepName[] = [
  'name',
  'connection',
  'configuration',
  'credentials',
  'kdcs',
  'clock',
  'service-ticket',
  'authentication',
  'noop',
];

describe('where all is well', () => {
  test('every step is ok, in its order, and nothing stays to be done', async () => {
    const steps = await stepsOf(here());
    expect(steps.map(({ name }) => name)).toEqual(NAMES);
    expect(new Set(steps.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
    expect(verdictOf(steps)).toEqual({ isUsable: true, step: undefined });
    expect(stepOf(steps, 'name').details?.addresses).toContain('127.0.0.1');
    expect(stepOf(steps, 'configuration').details).toMatchObject({
      files: [realm.krb5Conf],
      defaultRealm: realm.name,
    });
    expect(stepOf(steps, 'credentials').details).toMatchObject({
      type: 'ccache',
      from: 'KRB5CCNAME',
      client: realm.principals.client,
    });
    expect(stepOf(steps, 'service-ticket').details).toMatchObject({
      server: realm.principals.server,
      etype: 'aes256-cts-hmac-sha1-96',
    });
    expect(stepOf(steps, 'noop').details).toEqual({ protocol: 3 });
  });

  test('with a keytab, which says its key', async () => {
    const keytab = realm.keytabs.client;
    const steps = await stepsOf(here(), { keytab, clientPrincipal: realm.principals.client });
    expect(verdictOf(steps).isUsable).toBe(true);
    expect(stepOf(steps, 'credentials').details).toMatchObject({
      type: 'keytab',
      path: keytab,
      etypes: ['aes256-cts-hmac-sha1-96'],
    });
  });

  test('with a client keytab, which says why it serves and who named it', async () => {
    vi.stubEnv('KRB5CCNAME', join(realm.folder, 'no-cache'));
    vi.stubEnv('KRB5_CLIENT_KTNAME', realm.keytabs.client);
    undo.push(async () => {
      vi.unstubAllEnvs();
    });
    const steps = await stepsOf(here());
    expect(verdictOf(steps).isUsable).toBe(true);
    const { facts, details } = stepOf(steps, 'credentials');
    expect(details).toMatchObject({
      type: 'keytab',
      path: realm.keytabs.client,
      from: 'KRB5_CLIENT_KTNAME',
      because: 'no cache',
    });
    expect(facts[0]).toBe(
      'there is no cache, and the client keytab serves: KRB5_CLIENT_KTNAME names one',
    );
  });

  test('with a password, which shows nowhere', async () => {
    const password = realm.passwords.client;
    const steps = await stepsOf(here(), { password, clientPrincipal: realm.principals.client });
    expect(verdictOf(steps).isUsable).toBe(true);
    expect(JSON.stringify(steps)).not.toContain(password);
  });

  test('on a server of protocol 1, which has no NOOP', async () => {
    const proxy = await startProtocol1Proxy(realm.port);
    undo.push(() => proxy[Symbol.asyncDispose]());
    const steps = await stepsOf(here({ port: proxy.port }));
    expect(verdictOf(steps).isUsable).toBe(true);
    expect(stepOf(steps, 'noop')).toMatchObject({
      outcome: 'ok',
      details: { protocol: undefined },
    });
  });

  test('no key and no ticket shows anywhere, and the cache stays as it was', async () => {
    const file = realm.ccache.replace('FILE:', '');
    const before = readFileSync(file);
    const text = JSON.stringify(await stepsOf(here()));
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(text).not.toMatch(/"key"|"ticket"/);
  });
});

describe('the name', () => {
  test('that is unknown fails, and the steps that do not need it go on', async () => {
    const steps = await stepsOf(here({ host: 'no-such-host.invalid' }));
    expect(outcomesOf(steps)).toMatchObject({
      name: 'failed',
      connection: 'not-tried',
      configuration: 'ok',
      credentials: 'ok',
      kdcs: 'ok',
      authentication: 'not-tried',
      noop: 'not-tried',
    });
    expect(stepOf(steps, 'name').advice).toMatch(/spelling/);
  });

  test('that is an address is told: Kerberos needs a name', async () => {
    const [name] = await stepsOf(here({ host: '127.0.0.1' }));
    expect(name?.facts.join()).toMatch(/Kerberos needs the name/);
  });
});

describe('the connection', () => {
  test('that is refused', async () => {
    const steps = await stepsOf(here({ port: await freePort() }));
    expect(stepOf(steps, 'connection')).toMatchObject({
      outcome: 'failed',
      advice: expect.stringMatching(/nothing listens on that port: start remctld/),
    });
    expect(stepOf(steps, 'authentication').outcome).toBe('not-tried');
    expect(stepOf(steps, 'service-ticket').outcome).toBe('ok');
  });

  describe('that nobody answers', () => {
    let hole: BlackHole;
    beforeAll(async () => {
      hole = await startBlackHole();
    });
    afterAll(() => hole[Symbol.asyncDispose]());

    test('ends after its time, and names a firewall', async () => {
      const steps = await stepsOf({ host: '127.0.0.1', port: hole.port }, { timeout: 0.5 });
      expect(stepOf(steps, 'connection')).toMatchObject({
        outcome: 'failed',
        advice: expect.stringMatching(/firewall/),
      });
      expect(stepOf(steps, 'connection').facts.join()).toMatch(/no answer/);
    });
  });

  test('from a source address that this machine does not have', async () => {
    const steps = await stepsOf(here(), { sourceIp: '192.0.2.1' });
    expect(stepOf(steps, 'connection')).toMatchObject({
      outcome: 'failed',
      advice: expect.stringMatching(/source address/),
    });
  });

  test('from a source address of the other family', async () => {
    const [name] = await stepsOf(here({ host: '127.0.0.1' }), { sourceIp: '::1' });
    expect(name).toMatchObject({ outcome: 'failed', problem: expect.stringMatching(/IPv6/) });
  });
});

describe('krb5.conf', () => {
  test('that does not exist is a warning', async () => {
    useConf('/nonexistent/krb5.conf');
    const steps = await stepsOf(here());
    expect(stepOf(steps, 'configuration')).toMatchObject({
      outcome: 'warning',
      problem: 'there is no krb5.conf',
    });
    expect(verdictOf(steps).isUsable).toBe(false);
  });

  test('with a value that makes no sense fails, with file and line', async () => {
    useConf(writeKrb5Conf(realm, { libdefaults: ['dns_canonicalize_hostname = perhaps'] }));
    const steps = await stepsOf(here());
    expect(stepOf(steps, 'configuration')).toMatchObject({
      outcome: 'failed',
      problem: expect.stringMatching(/krb5-.*\.conf:2: dns_canonicalize_hostname/),
      advice: expect.stringMatching(/Mend the line/),
    });
    expect(outcomesOf(steps)).toMatchObject({ credentials: 'not-tried', kdcs: 'not-tried' });
  });

  test('with values that are passed over is a warning, with file and line of each', async () => {
    useConf(writeKrb5Conf(realm, { libdefaults: ['rdns = falses', 'clockskew = 5 min'] }));
    const steps = await stepsOf(here());
    const { outcome, problem, facts } = stepOf(steps, 'configuration');
    expect(outcome).toBe('warning');
    expect([problem, ...facts].join('\n')).toMatch(
      /conf:2: rdns = falses is passed over \(expected true or false\); true counts/,
    );
    expect([problem, ...facts].join('\n')).toMatch(/conf:3: clockskew = 5 min is passed over/);
    expect(verdictOf(steps).isUsable).toBe(true);
  });

  test('that cannot be read fails', async () => {
    // A directory would be read as with includedir. No file can be below a file.
    useConf(join(realm.krb5Conf, 'krb5.conf'));
    const steps = await stepsOf(here());
    expect(stepOf(steps, 'configuration')).toMatchObject({
      outcome: 'failed',
      problem: expect.stringMatching(/cannot be read: ENOTDIR/),
    });
  });
});

describe('the credentials', () => {
  test('that are not there: kinit', async () => {
    useCcache('FILE:/nonexistent/cache');
    const steps = await stepsOf(here());
    expect(stepOf(steps, 'credentials')).toMatchObject({
      outcome: 'failed',
      advice: expect.stringMatching(/Run kinit/),
    });
    expect(stepOf(steps, 'service-ticket').outcome).toBe('not-tried');
  });

  test('that have expired: kinit', async () => {
    useCcache(await realm.expiredCcache());
    const steps = await stepsOf(here());
    expect(stepOf(steps, 'credentials')).toMatchObject({
      outcome: 'failed',
      problem: expect.stringMatching(/alice.* expired at/),
      advice: 'Run kinit.',
    });
  });

  test('that expire soon are a warning', async () => {
    useCcache(await realm.kinit({ lifetime: '5m' }));
    const steps = await stepsOf(here());
    expect(stepOf(steps, 'credentials').outcome).toBe('warning');
    expect(verdictOf(steps)).toMatchObject({ isUsable: true, step: { name: 'credentials' } });
  });

  test('that begin later are a warning about the clock', async () => {
    const early = await startRealm({ clock: '+1h' });
    undo.push(() => early.dispose());
    undo.push(early.useHere());
    useCcache(await early.kinit({ clock: '+1h' }));
    const steps = await stepsOf({ host: 'localhost', port: early.port });
    expect(stepOf(steps, 'credentials')).toMatchObject({
      outcome: 'warning',
      advice: expect.stringMatching(/clock right/),
    });
  });

  test('in a cache that is damaged', async () => {
    const path = join(realm.folder, 'damaged.ccache');
    writeFileSync(path, 'no cache');
    useCcache(`FILE:${path}`);
    expect(stepOf(await stepsOf(here()), 'credentials').outcome).toBe('failed');
  });

  test('in a cache of a type that cannot be read', async () => {
    useCcache('MEMORY:x');
    const steps = await stepsOf(here());
    expect(stepOf(steps, 'credentials').problem).toMatch(/MEMORY.*kinit -c FILE:/);
  });

  test('in a keytab that does not exist', async () => {
    const keytab = '/nonexistent/keytab';
    const steps = await stepsOf(here(), { keytab, clientPrincipal: 'alice' });
    expect(stepOf(steps, 'credentials')).toMatchObject({
      outcome: 'failed',
      problem: expect.stringMatching(/does not exist/),
    });
  });

  test('in a keytab without the key', async () => {
    const keytab = realm.keytabs.client;
    const steps = await stepsOf(here(), { keytab, clientPrincipal: 'bob' });
    expect(stepOf(steps, 'credentials')).toMatchObject({
      outcome: 'failed',
      problem: expect.stringMatching(/no key of bob@.*alice/),
      advice: expect.stringMatching(/principal that the keytab holds/),
    });
  });
});

describe('the KDCs', () => {
  test('of which none is there', async () => {
    useConf(writeKrb5Conf(realm, { kdcs: [`127.0.0.1:${await freePort()}`] }));
    const steps = await stepsOf(here());
    expect(stepOf(steps, 'kdcs')).toMatchObject({
      outcome: 'failed',
      problem: `no KDC of ${realm.name} answers`,
      advice: expect.stringMatching(/port 88/),
    });
    expect(stepOf(steps, 'clock').outcome).toBe('not-tried');
  });

  test('of which one is silent: a warning with its name', async () => {
    const silent = await startSilentKdc();
    undo.push(() => silent[Symbol.asyncDispose]());
    useConf(
      writeKrb5Conf(realm, {
        kdcs: [silent.kdc, `127.0.0.1:${realm.kdcPort}`],
      }),
    );
    const steps = await stepsOf(here(), { timeout: 1 });
    const kdcs = stepOf(steps, 'kdcs');
    expect(kdcs.outcome).toBe('warning');
    expect(kdcs.facts.join('\n')).toMatch(
      new RegExp(`port ${silent.kdc.split(':')[1]} by UDP: no answer in time`),
    );
    expect(kdcs.facts.join('\n')).toMatch(new RegExp(`port ${realm.kdcPort} by UDP: answered`));
  });

  test('of which one answers while this process is busy: its answer is read', async () => {
    const busy = createSocket('udp4', () => {
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200));
    });
    undo.push(() => new Promise<void>((resolve) => busy.close(() => resolve())));
    await new Promise<void>((resolve) => busy.bind(0, '127.0.0.1', resolve));
    const kdcs = [`127.0.0.1:${busy.address().port}`, `127.0.0.1:${realm.kdcPort}`];
    useConf(writeKrb5Conf(realm, { kdcs }));
    const steps = await stepsOf(here(), { timeout: 1 });
    expect(stepOf(steps, 'kdcs').facts.join('\n')).toMatch(
      new RegExp(`port ${realm.kdcPort} by UDP: answered`),
    );
    expect(stepOf(steps, 'kdcs').outcome).toBe('warning');
  });

  test('of which the name does not resolve', async () => {
    useConf(writeKrb5Conf(realm, { kdcs: ['kdc.no-such-host.invalid'] }));
    const steps = await stepsOf(here());
    expect(stepOf(steps, 'kdcs')).toMatchObject({ outcome: 'failed' });
    expect(stepOf(steps, 'kdcs').facts.join()).toMatch(/kdc\.no-such-host\.invalid/);
  });
});

test('a realm without a KDC hides neither those of the client nor the clock', async () => {
  const path = join(realm.folder, 'other-realm.conf');
  const own = readFileSync(realm.krb5Conf, 'utf8');
  writeFileSync(path, own.replace(/localhost = .*/, 'localhost = OTHER.TEST'));
  useConf(path);
  const steps = await stepsOf(here());
  const kdcs = stepOf(steps, 'kdcs');
  expect(kdcs).toMatchObject({ outcome: 'failed', problem: expect.stringMatching(/OTHER\.TEST/) });
  expect(kdcs.problem).not.toContain(realm.name);
  expect(kdcs.facts.join('\n')).toMatch(new RegExp(`port ${realm.kdcPort} by UDP: answered`));
  expect(stepOf(steps, 'clock').outcome).toBe('ok');
  // The server was never asked: its log and its keytab have nothing to tell.
  expect(stepOf(steps, 'authentication')).toMatchObject({
    outcome: 'failed',
    advice: expect.stringMatching(/^Mend the steps above first/),
  });
});

describe('the ticket for the server', () => {
  test('that the KDC does not know: the principal that was asked for', async () => {
    const steps = await stepsOf(here({ principal: realm.principals.unknownServer }));
    expect(stepOf(steps, 'service-ticket')).toMatchObject({
      outcome: 'failed',
      facts: [`asked for ${realm.principals.unknownServer}`],
      advice: expect.stringMatching(/principal with -s/),
    });
  });
});

describe('the authentication', () => {
  test('of a server whose keytab lacks the principal: its administrator', async () => {
    const steps = await stepsOf(here({ principal: realm.principals.wrongServer }));
    expect(stepOf(steps, 'service-ticket').outcome).toBe('ok');
    expect(stepOf(steps, 'authentication')).toMatchObject({
      outcome: 'failed',
      advice: expect.stringMatching(/keytab/),
    });
    expect(stepOf(steps, 'noop').outcome).toBe('not-tried');
  });

  test('of a server with a key from before', async () => {
    const principal = `old/localhost@${realm.name}`;
    await addPrincipals(realm, [principal]);
    const keytab = join(realm.folder, 'old.keytab');
    await realm.kadmin(`ktadd -k ${keytab} ${principal}`);
    const remctld = await realm.startRemctld({ keytab });
    await realm.kadmin(`cpw -randkey ${principal}`);
    const steps = await stepsOf({ host: 'localhost', port: remctld.port, principal });
    expect(stepOf(steps, 'authentication')).toMatchObject({
      outcome: 'failed',
      advice: expect.stringMatching(/keytab/),
    });
  });

  test.each<[string, (socket: Socket) => void, RegExp]>([
    [
      'an HTTP server',
      (socket) => socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      /an HTTP server listens on this one/,
    ],
    ['an SSH server', (socket) => socket.write('SSH-2.0-test\r\n'), /an SSH server listens/],
    ['a server that ends each connection', (socket) => socket.destroy(), /its log says why/],
    ['a server that says nothing', () => undefined, /takes connections and says nothing/],
  ])('of %s', async (_, act, advice) => {
    const steps = await stepsOf(here({ port: await serverThat(act) }), { timeout: 1 });
    expect(stepOf(steps, 'connection').outcome).toBe('ok');
    expect(stepOf(steps, 'authentication')).toMatchObject({
      outcome: 'failed',
      advice: expect.stringMatching(advice),
    });
  });

  test('by a backend that cannot load, whose advice is not about the server', async () => {
    const connect = () => Promise.reject(new RemctlBackendError('no addon here'));
    const backend = { name: 'absent', connect };
    const steps = await stepsOf(here(), { backend });
    expect(stepOf(steps, 'authentication').advice).toMatch(/^Install what the message names/);
  });

  test('by a backend that is not to be had', async () => {
    const backend = 'quick' as 'pure';
    const steps = await stepsOf(here(), { backend });
    expect(stepOf(steps, 'authentication')).toMatchObject({
      outcome: 'failed',
      problem: expect.stringMatching(/quick/),
    });
  });
});

describe('the clock', () => {
  let late: Realm;
  beforeAll(async () => {
    late = await startRealm({ clock: '+1h' });
  });
  afterAll(() => late.dispose());

  test('that differs from the KDC’s is a warning, in seconds', async () => {
    undo.push(late.useHere());
    const steps = await stepsOf({ host: 'localhost', port: late.port });
    const clock = stepOf(steps, 'clock');
    expect(clock).toMatchObject({ outcome: 'warning', advice: expect.stringMatching(/NTP/) });
    expect(Math.round((clock.details?.differenceMs ?? 0) / 60_000)).toBe(60);
  });
});

test('a server whose clock alone is wrong: both clocks, in minutes', async () => {
  const { port } = await realm.startRemctld({ clock: '+1h' });
  const steps = await stepsOf(here({ port }));
  expect(stepOf(steps, 'clock').outcome).toBe('ok');
  expect(stepOf(steps, 'authentication')).toMatchObject({
    outcome: 'failed',
    problem: expect.stringMatching(/clock differs from this machine's by 60 minutes/),
    advice: expect.stringMatching(/NTP/),
  });
});

test.each<[string, Target, DiagnoseOptions]>([
  ['an empty host', { host: '' }, {}],
  ['a host with a NUL', { host: 'a\0b' }, {}],
  ['port 70000', { host: 'localhost', port: 70_000 }, {}],
  ['a time-out below 0', { host: 'localhost' }, { timeout: -1 }],
])('%s is refused at once', (_, target, options) => {
  expect(() => diagnose(target, options)).toThrow(RangeError);
});

test('a time-out of weeks ends no step early', async () => {
  const steps = await stepsOf(here(), { timeout: 2_000_000 });
  expect(verdictOf(steps)).toEqual({ isUsable: true, step: undefined });
});

test('two kinds of credentials are refused at once', () => {
  const options = { ccache: 'FILE:/a', keytab: '/b', clientPrincipal: 'c' } as unknown;
  expect(() => diagnose(here(), options as DiagnoseOptions)).toThrow(/one kind of credentials/);
});

test('a signal ends the diagnosis with its reason', async () => {
  const controller = new AbortController();
  const port = await serverThat(() => undefined);
  const found = diagnose(here({ port }), { timeout: 30, signal: controller.signal });
  const run = (async () => {
    for await (const { name } of found) {
      if (name === 'service-ticket') {
        setTimeout(() => controller.abort(new Error('enough')), 20);
      }
    }
  })();
  await expect(run).rejects.toThrow('enough');
});
