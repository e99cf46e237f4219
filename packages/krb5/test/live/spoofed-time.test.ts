/** An attacker between a client and its KDC who sends another time. */
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ticketSource } from '../../src/client/source-of-credentials.js';
import { KrbErrorCode } from '../../src/error-codes.js';
import { createAcceptorContext } from '../../src/gss/acceptor.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { processState } from '../../src/gss/krb5-state.js';
import { readKeytab } from '../../src/keytab/read-keytab.js';
import { shiftClock } from '../support/clock.js';
import { freshCache, newKeytabClient } from '../support/credentials.js';
import { type ForgingKdc, startForgingKdc } from '../support/forging-kdc.js';
import { configOf, editedConfig, variantConfig } from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

const DAY_S = 24 * 3600;

const realm = useRealm();
let kdc: ForgingKdc;
beforeAll(async () => {
  const started = await startForgingKdc(realm);
  kdc = started;
  return () => started[Symbol.asyncDispose]();
});
beforeEach(() => {
  for (const key of Object.keys(kdc.forge)) {
    delete kdc.forge[key as keyof ForgingKdc['forge']];
  }
});
afterEach(() => vi.restoreAllMocks());

let clients = 0;
async function newClient() {
  clients += 1;
  const credentials = await newKeytabClient(realm, `clock-${clients}`);
  const config = await variantConfig(realm, {
    kdcs: [kdc.kdc],
    libdefaults: ['request_timeout = 1s'],
  });
  const step = (principal: string) => {
    const context = createInitiatorContext({ principal, credentials, config });
    return context.step().then(
      () => undefined,
      (error: unknown) => error,
    );
  };
  const offset = async () => (await ticketSource(credentials, config, processState)).clock.offsetMs;
  return { credentials, step, offset };
}

describe('an unproved time a day ahead', () => {
  test('does not spoil good tickets, and others are got afterwards, if it answers a request for a service', async () => {
    const { step, offset } = await newClient();
    const { server, otherServer, wrongServer } = realm.principals;
    expect(await step(server)).toBeUndefined();
    Object.assign(kdc.forge, { tgs: KrbErrorCode.KRB_AP_ERR_SKEW, ahead: DAY_S });
    expect(await step(otherServer)).toBeInstanceOf(Error);
    expect(await offset()).toBe(0);
    kdc.forge.tgs = 'silence';
    expect(await step(server)).toBeUndefined();
    delete kdc.forge.tgs;
    expect(await step(wrongServer)).toBeUndefined();
    expect(await offset()).toBe(0);
  });

  test('does not spoil the next request if it answers the first request', async () => {
    const { step, offset } = await newClient();
    const { server } = realm.principals;
    Object.assign(kdc.forge, { as: KrbErrorCode.KDC_ERR_PREAUTH_REQUIRED, ahead: DAY_S });
    expect(await step(server)).toBeInstanceOf(Error);
    expect(await offset()).toBe(0);
    kdc.forge.as = 'silence';
    expect(await step(server)).toBeInstanceOf(Error);
    delete kdc.forge.as;
    expect(await step(server)).toBeUndefined();
    expect(await offset()).toBe(0);
  });

  test('does not count, but the time of a reply that opened is used, and drops older tickets', async () => {
    const { step, offset } = await newClient();
    const { server, otherServer } = realm.principals;
    expect(await step(server)).toBeUndefined();
    shiftClock(-3_600_000);
    expect(await offset()).toBe(0);
    const before = kdc.asked('tgs');
    expect(await step(otherServer)).toBeUndefined();
    expect(Math.abs((await offset()) - 3_600_000)).toBeLessThan(3000);
    expect(await step(server)).toBeUndefined();
    // Two are for the other server, as the KDC refused the first; one is for the server again.
    expect(kdc.asked('tgs') - before).toBe(3);
  });
});

test('disable_encrypted_timestamp sends no timestamp, and the error says what to do', async () => {
  const { credentials, step } = await newClient();
  const relations = `    kdc = ${kdc.kdc}\n    disable_encrypted_timestamp = true`;
  const config = await editedConfig(realm, (text) => text.replace(/^ +kdc = .*$/m, relations));
  expect(await step(realm.principals.server)).toBeUndefined();
  const before = kdc.asked('as');
  await expect(
    createInitiatorContext({ principal: realm.principals.server, credentials, config }).step(),
  ).rejects.toMatchObject({
    name: 'KRB5_PREAUTH_FAILED',
    message: expect.stringMatching(/disable_encrypted_timestamp for REMCTL\.TEST.*kinit/),
  });
  expect(kdc.asked('as') - before).toBe(1);
});

test('a recorded AP-REP is refused, even if the clock is set back to its moment', async () => {
  const config = await configOf(realm);
  const credentials = await freshCache(realm);
  const principal = realm.principals.server;
  const keytab = await readKeytab(realm.keytabs.server);
  const start = Date.now();
  const clock = vi.spyOn(Date, 'now');
  const recorded: Uint8Array[] = [];
  for (let round = 0; round < 300; round += 1) {
    // The clock goes back and forth between three milliseconds.
    clock.mockReturnValue(start + (round % 3));
    const context = createInitiatorContext({ principal, credentials, config });
    const { token } = await context.step();
    if (round < 30) {
      const { token: answer } = createAcceptorContext({ keytab }).step(token ?? new Uint8Array());
      recorded.push(answer ?? new Uint8Array());
      await context.step(answer);
      continue;
    }
    const replayed = recorded[round % recorded.length];
    await expect(context.step(replayed)).rejects.toMatchObject({ name: 'KRB5_MUTUAL_FAILED' });
  }
});
