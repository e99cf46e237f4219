/** Faults on demand, as an application meets them. */
import {
  createClient,
  type Remctl,
  RemctlAuthenticationError,
  RemctlNetworkError,
} from '@remctl/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestRealm, type TestRealm } from '../../src/index.js';
import { waiting, whoami } from '../support/commands.js';
import { remctlC, run } from '../support/run.js';

let realm: TestRealm<'alice'>;

beforeEach(async () => {
  realm = await startTestRealm({ commands: [whoami, waiting] });
  realm.useHere();
});
afterEach(() => realm.dispose());

/** Opens a client of the pure backend as alice. */
const open = () => createClient('pure', { ...realm.clientOptions(), timeout: 20 });

/** Runs whoami on a new connection, and returns its output or its error. */
async function whoAmI(): Promise<unknown> {
  try {
    await using client = await open();
    return (await client.run(['whoami']).text()).stdout;
  } catch (error) {
    return error;
  }
}

const OK = 'alice@REMCTL.TEST\n';

describe('the KDC', () => {
  test('stopped: no new ticket, an old one still serves; started again: all is well', async () => {
    expect(await whoAmI()).toBe(OK);
    await realm.kdc.stop();
    expect(await whoAmI()).toBe(OK);
    await realm.kinit('alice');
    expect(await whoAmI()).toBeInstanceOf(RemctlAuthenticationError);
    expect(await remctlC(realm, 'whoami')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/KDC/),
    });
    await realm.kdc.start();
    expect(await whoAmI()).toBe(OK);
    expect(await remctlC(realm, 'whoami')).toMatchObject({ stdout: OK });
  });
});

describe('the server', () => {
  test('drops connections in the middle of a command; the next open works', async () => {
    const client = await open();
    const idle = await open();
    const lines = client.run(['wait'])[Symbol.asyncIterator]();
    expect((await lines.next()).value).toMatchObject({ type: 'output' });
    expect(realm.server.connections).toBe(2);
    await realm.server.drop();
    const error = await lines.next().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RemctlNetworkError);
    expect(error).toMatchObject({ commandState: 'unknown' });
    await expect(idle.run(['whoami']).text()).rejects.toMatchObject({ commandState: 'not-sent' });
    expect(await whoAmI()).toBe(OK);
  });

  test('stops, with what runs, and starts on its port', async () => {
    const client = await open();
    const run = client.run(['wait']).text();
    run.catch(() => undefined);
    await realm.server.stop();
    await expect(run).rejects.toBeInstanceOf(RemctlNetworkError);
    expect(await whoAmI()).toMatchObject({ code: 'ECONNREFUSED' });
    expect(realm.server.connections).toBe(0);
    await realm.server.stop();
    await realm.server.start();
    await realm.server.start();
    expect(await whoAmI()).toBe(OK);
    await Promise.all([realm.server.stop(), realm.server.start()]);
    expect(await whoAmI()).toBe(OK);
  });
});

describe('the service’s key', () => {
  let client: Remctl;

  beforeEach(async () => {
    client = await open();
    expect(await whoAmI()).toBe(OK);
  });

  /** The C client keeps its service ticket in the cache, so it has one of the old key. */
  const theirs = () => remctlC(realm, 'whoami');

  test('changes, and old tickets go on', async () => {
    expect((await theirs()).stdout).toBe(OK);
    await realm.server.changeKey();
    expect((await theirs()).stdout).toBe(OK);
    expect(await whoAmI()).toBe(OK);
    await realm.kinit('alice');
    expect((await theirs()).stdout).toBe(OK);
    expect((await run('klist', ['-k', realm.server.keytab], realm.env)).stdout).toMatch(
      /^ +2 host.*^ +1 host/ms,
    );
    expect((await client.run(['whoami']).text()).stdout).toBe(OK);
  });

  test('changes, and old tickets are refused; a client with a new one is let in', async () => {
    await realm.server.changeKey('new');
    // The pure backend gets another ticket by itself.
    expect(await whoAmI()).toBe(OK);
    expect((await theirs()).stdout).toBe(OK);
    await realm.server.changeKey('new');
    expect(await theirs()).toMatchObject({ status: 1 });
    await realm.kinit('alice');
    expect((await theirs()).stdout).toBe(OK);
  });

  test('changes, and the server lacks it', async () => {
    await realm.server.changeKey('old');
    await realm.kinit('alice');
    expect(await theirs()).toMatchObject({ status: 1 });
    expect(await whoAmI()).toBeInstanceOf(Error);
  });
});

test('what is none of these faults is an error that says so', async () => {
  expect(() => realm.server.changeKey('newest' as 'new')).toThrow(/both, new, old, not newest/);
  expect(() => realm.server.skew(Number.NaN)).toThrow(RangeError);
  expect(() => realm.skew(Number.POSITIVE_INFINITY)).toThrow('skew must lie within');
  await expect(realm.kinit('alice', Number.NaN)).rejects.toThrow(RangeError);
  expect(await whoAmI()).toBe(OK);
});

describe('a ticket', () => {
  test('that has expired is refused by name; kinit brings a new one', async () => {
    await realm.expireTicket('alice');
    const error = await whoAmI();
    expect(error).toBeInstanceOf(RemctlAuthenticationError);
    expect(String(error)).toMatch(/expired/);
    expect(await remctlC(realm, 'whoami')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/expired/),
    });
    await realm.kinit('alice');
    expect(await whoAmI()).toBe(OK);
  });

  test('that is missing', async () => {
    await realm.kdestroy('alice');
    expect(await whoAmI()).toBeInstanceOf(RemctlAuthenticationError);
    await realm.kdestroy('alice');
    await realm.kinit('alice', 60);
    expect(await whoAmI()).toBe(OK);
  });
});

describe('a clock', () => {
  test('of the server alone, ten minutes ahead, refuses clients', async () => {
    realm.server.skew(600);
    const error = await whoAmI();
    expect(error).toBeInstanceOf(Error);
    realm.server.skew(0);
    expect(await whoAmI()).toBe(OK);
  });

  test('of KDC and server, a day behind, is followed by the client of a password', async () => {
    realm.skew(-24 * 60 * 60);
    const { ccache: _, ...target } = realm.clientOptions();
    const { principal, password } = realm.users.alice;
    const client = await createClient('pure', {
      ...target,
      password,
      clientPrincipal: principal,
      timeout: 20,
    });
    expect((await client.run(['whoami']).text()).stdout).toBe(OK);
    await client.close();
    realm.skew(0);
    expect(await whoAmI()).toBe(OK);
  });
});
