/** The client of a context whose caches are a collection, beside the C client. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { inspectCredentials } from '../../src/doctor/inspect-credentials.js';
import { inspectServiceTicket } from '../../src/doctor/inspect-service-ticket.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { createKrb5State } from '../../src/gss/krb5-state.js';
import { findServiceTicketKey } from '../../src/gss/protection-from-exchange.js';
import { formatPrincipal } from '../../src/principal.js';
import { configOf } from '../support/realm-files.js';
import { whoami } from '../support/remctl.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
let config: Krb5Config;
let home: string;
let identityFile: string;

beforeAll(async () => {
  config = await configOf(realm);
});
beforeEach(() => {
  home = join(realm.folder, 'home');
  identityFile = join(home, '.k5identity');
  mkdirSync(join(home, 'caches'), { recursive: true, mode: 0o700 });
  vi.stubEnv('HOME', home);
  vi.stubEnv('KRB5CCNAME', `DIR:${home}/caches`);
  kinit('mallory');
  kinit('alice');
  return () => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  };
});

const environment = () => ({ ...realm.env, HOME: home, KRB5CCNAME: process.env.KRB5CCNAME });

/** Adds a cache to the collection, which becomes the primary one. */
function kinit(principal: string): void {
  const args = ['-k', '-t', realm.keytabs.client, principal];
  execFileSync('kinit', args, { env: environment() });
}

/** Returns the client as remctld sees it, by the C client. */
function reference(): string {
  const args = ['-p', String(realm.port), 'localhost', 'test', 'whoami'];
  return execFileSync('remctl', args, { env: environment(), stdio: 'pipe' }).toString().trim();
}

const ours = () => whoami(realm.port, { host: 'localhost', config });

describe('the client for a server', () => {
  test('is the one that .k5identity names for it, as with the C client', async () => {
    expect([await ours(), reference()]).toEqual([realm.principals.client, realm.principals.client]);
    writeFileSync(identityFile, 'mallory service=host host=local*\n');
    expect([await ours(), reference()]).toEqual([
      realm.principals.otherClient,
      realm.principals.otherClient,
    ]);
    writeFileSync(identityFile, 'mallory service=remctl\n');
    expect([await ours(), reference()]).toEqual([realm.principals.client, realm.principals.client]);
  });

  test('is found in a cache that kinit has added meanwhile', async () => {
    rmSync(join(home, 'caches'), { recursive: true });
    mkdirSync(join(home, 'caches'), { mode: 0o700 });
    kinit('alice');
    writeFileSync(identityFile, 'mallory');
    const who = realm.principals.otherClient;
    await expect(ours()).rejects.toMatchObject({
      name: 'KRB5_CC_NOTFOUND',
      message:
        `line 1 of ${identityFile} chooses the client ${who}, who has no credential cache in ` +
        `DIR:${home}/caches: run kinit ${who}, or change that line`,
    });
    expect(reference).toThrow(/Can't find client principal/);
    kinit('mallory');
    expect(await ours()).toBe(who);
  });

  test('is not another than the one of .k5identity if KRB5CCNAME names one file', async () => {
    writeFileSync(identityFile, 'mallory');
    vi.stubEnv('KRB5CCNAME', realm.ccache);
    await expect(ours()).rejects.toMatchObject({ name: 'KRB5_CC_NOTFOUND' });
    expect(reference).toThrow(/Can't find client principal/);
  });

  test('is that of the cache which a program names, whatever .k5identity says', async () => {
    writeFileSync(identityFile, 'mallory');
    const credentials = { type: 'ccache', ccache: realm.ccache } as const;
    expect(await whoami(realm.port, { host: 'localhost', config, credentials })).toBe(
      realm.principals.client,
    );
  });

  test('is found for the context of another library, whose cache is not the primary one', async () => {
    writeFileSync(identityFile, 'mallory');
    expect(reference()).toBe(realm.principals.otherClient);
    const context = createInitiatorContext({ host: 'localhost', config, state: createKrb5State() });
    const { token } = await context.step();
    vi.stubEnv('KRB5_CONFIG', realm.krb5Conf);
    const found = await findServiceTicketKey(
      token ?? new Uint8Array(),
      undefined,
      createKrb5State(),
    );
    expect(formatPrincipal(found.client)).toBe(realm.principals.otherClient);
  });

  test('is told by an error, with its cache and what chose it', async () => {
    writeFileSync(identityFile, '# comment\nmallory host=unknown.*\n');
    const state = createKrb5State();
    const step = createInitiatorContext({ host: 'unknown.test', config, state }).step();
    await expect(step).rejects.toMatchObject({
      message: expect.stringMatching(
        /\(as mallory@\S+ of FILE:\S+\/caches\/tkt\w*, chosen by line 2 of \S+\/\.k5identity\)$/,
      ),
    });
  });

  test('is told by a diagnosis, with its cache and what chose it', async () => {
    writeFileSync(identityFile, 'mallory host=localhost\n');
    const report = await inspectCredentials(undefined, config, { host: 'localhost' });
    expect(report).toMatchObject({
      client: realm.principals.otherClient,
      from: 'KRB5CCNAME',
      chosenBy: `line 1 of ${identityFile}`,
    });
    const signal = AbortSignal.timeout(60_000);
    const server = { host: 'localhost', resolved: undefined, principal: undefined };
    const options = { ...server, credentials: undefined, config, signal };
    const ticket = await inspectServiceTicket(options, () => undefined);
    expect(ticket.asked).toEqual([realm.principals.server]);
  });
});
