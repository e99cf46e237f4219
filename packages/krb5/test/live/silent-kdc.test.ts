/** Contexts with a time-out while some KDCs of the realm are silent. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BadKdc, startFickleKdc, startSilentKdc, writeKrb5Conf } from '@remctl/realm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Credentials } from '../../src/client/credentials.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { freshCache, newKeytabClient } from '../support/credentials.js';
import { countInKdcLog, variantConfig } from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
afterEach(() => {
  vi.restoreAllMocks();
});

let clients = 0;
/** Makes a new client with its own keytab. */
function newClient() {
  clients += 1;
  return newKeytabClient(realm, `client-${clients}`);
}

const good = () => `127.0.0.1:${realm.kdcPort}`;
const behind = (bad: readonly BadKdc[], libdefaults: readonly string[] = []): Promise<Krb5Config> =>
  variantConfig(realm, { kdcs: [...bad.map(({ kdc }) => kdc), good()], libdefaults });

const SERVICE = () => realm.principals.server;
const OTHER_SERVICE = () => realm.principals.otherServer;

async function open(
  config: Krb5Config,
  credentials: Credentials,
  seconds: number,
  principal = SERVICE(),
): Promise<void> {
  const signal = AbortSignal.timeout(seconds * 1000);
  await createInitiatorContext({ principal, credentials, config, signal }).step();
}

/** On a busy machine an answer can come too late, but the next try finds it. */
const TRIES = 3;
async function openSoon(...args: Parameters<typeof open>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await open(...args);
    } catch (error) {
      if (tried === TRIES) {
        throw error;
      }
    }
  }
}

describe.each([1, 2])('a time-out of %i s with the first KDC of two silent', (seconds) => {
  test('is enough for a keytab client, and the silent KDC is not asked again', async () => {
    await using silent = await startSilentKdc();
    const config = await behind([silent]);
    await openSoon(config, await newClient(), seconds);
    const asked = silent.asked();
    expect(asked).toBeGreaterThan(0);
    await openSoon(config, await newClient(), seconds);
    await openSoon(config, await newClient(), seconds);
    expect(silent.asked()).toBe(asked);
  });

  test('is enough for a client with a cache', async () => {
    await using silent = await startSilentKdc();
    const credentials = await freshCache(realm);
    const config = await behind([silent]);
    await openSoon(config, credentials, seconds);
    const asked = silent.asked();
    await openSoon(config, credentials, seconds, OTHER_SERVICE());
    expect(silent.asked()).toBe(asked);
  });
});

test('the next open finds what a time-out with six silent KDCs left undone', async () => {
  const silent = await Promise.all(Array.from({ length: 6 }, startSilentKdc));
  const warnings = vi.spyOn(process, 'emitWarning');
  try {
    const config = await behind(silent);
    const credentials = await newClient();
    await expect(open(config, credentials, 1)).rejects.toThrow('timeout');
    await openSoon(config, credentials, 2);
    const asked = silent.map((each) => each.asked());
    await openSoon(config, await newClient(), 1);
    expect(silent.map((each) => each.asked())).toEqual(asked);
    expect(warnings).not.toHaveBeenCalled();
  } finally {
    await Promise.all(silent.map((each) => each[Symbol.asyncDispose]()));
  }
});

/**
 * A program that gives up on a context after some milliseconds, and prints how long it lived
 * afterwards. Without an abort it would ask the KDC for six seconds.
 */
const GIVES_UP = `
  import { createInitiatorContext } from '@remctl/krb5';
  const signal = AbortSignal.timeout(Number(process.env.GIVE_UP_AFTER));
  const credentials = { type: 'password', password: 'x', clientPrincipal: 'alice' };
  const context = createInitiatorContext({ host: 'localhost', credentials, signal });
  const failure = await context.step().catch((error) => error);
  const failed = performance.now();
  process.on('exit', () => console.log(failure.name, performance.now() - failed));
`;

test.each([
  ['UDP', 200],
  ['UDP and TCP', 1500],
])(
  'a program ends at once after it has given up on a KDC that it asked by %s',
  async (_by, milliseconds) => {
    await using silent = await startSilentKdc();
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', GIVES_UP],
      {
        // In the package's folder, node finds the built package by its own name.
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        env: {
          ...realm.env,
          KRB5_CONFIG: writeKrb5Conf(realm, { kdcs: [silent.kdc] }),
          GIVE_UP_AFTER: String(milliseconds),
        },
      },
    );
    const [name, lived] = stdout.trim().split(' ');
    expect(name).toBe('TimeoutError');
    expect(silent.asked()).toBeGreaterThan(0);
    expect(Number(lived)).toBeLessThan(2000);
  },
);

test('a KDC that answers only by TCP is asked by TCP afterwards', async () => {
  await using fickle = await startFickleKdc(realm.kdcPort);
  fickle.udp = false;
  const config = await variantConfig(realm, { kdcs: [fickle.kdc] });
  await openSoon(config, await newClient(), 2);
  const before = fickle.datagrams();
  await openSoon(config, await newClient(), 1);
  expect(fickle.datagrams()).toBe(before);
});

test('the other KDC is asked if the one that answered falls silent', async () => {
  await using first = await startFickleKdc(realm.kdcPort);
  await using second = await startFickleKdc(realm.kdcPort);
  const config = await variantConfig(realm, { kdcs: [first.kdc, second.kdc] });
  const speaks = (kdc: typeof first, yes: boolean) => Object.assign(kdc, { udp: yes, tcp: yes });
  speaks(first, false);
  await openSoon(config, await newClient(), 1);
  speaks(first, true);
  speaks(second, false);
  await openSoon(config, await newClient(), 1);
  const asked = second.asked();
  await openSoon(config, await newClient(), 1);
  expect(second.asked()).toBe(asked);
});

test('the other KDC is asked if the port of the one that answered is closed', async () => {
  await using fickle = await startFickleKdc(realm.kdcPort);
  const gone = await startFickleKdc(realm.kdcPort);
  const config = await variantConfig(realm, { kdcs: [fickle.kdc, gone.kdc] });
  Object.assign(fickle, { udp: false, tcp: false });
  await openSoon(config, await newClient(), 1);
  await gone[Symbol.asyncDispose]();
  Object.assign(fickle, { udp: true, tcp: true });
  const asked = fickle.asked();
  await openSoon(config, await newClient(), 1);
  expect(fickle.asked()).toBeGreaterThan(asked);
});

test('a keytab ticket is replaced in time though the first KDC of two is silent', async () => {
  await using silent = await startSilentKdc();
  const credentials = await newClient();
  const config = await behind([silent], ['ticket_lifetime = 40s', 'kdc_timesync = 0']);
  const issued = () =>
    countInKdcLog(realm, new RegExp(` AS_REQ .*ISSUE.* ${credentials.clientPrincipal}@`));
  await openSoon(config, credentials, 1);
  expect(issued()).toBe(1);
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 35_000);
  // Meanwhile the old ticket serves, also for a caller with a short time-out.
  await openSoon(config, credentials, 1);
  await vi.waitFor(() => expect(issued()).toBe(2), 5000);
});
