/** Faults in a realm: KDCs, clocks, tickets, keytabs and remctld. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freePort,
  partialKeytab,
  type Realm,
  type RealmOptions,
  setVariables,
  startGarbageKdc,
  startSilentKdc,
  storeServiceTicket,
  writeKrb5Conf,
} from '@remctl/realm';
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { expectError, rejection } from '../support/expected-errors.js';
import { tallyName } from '../support/unique-names.js';

/** Seconds: more than any case may take, so that none waits forever. */
const TIMEOUT = 20;

/** Sets this process's environment for a realm until the end of the case. */
async function enter({ use }: CaseContext, realm: Realm, krb5Conf?: string): Promise<void> {
  const leave = realm.useHere(krb5Conf);
  await use(Promise.resolve({ [Symbol.asyncDispose]: async () => leave() }));
}

/** Starts a realm for one case, which may break the realm. */
async function ownRealm(context: CaseContext, options?: RealmOptions): Promise<Realm> {
  const realm = await context.startRealm(options);
  await enter(context, realm);
  return realm;
}

/** Runs one command, and returns the principal that the server saw. */
async function whoami({ client }: CaseContext, ccache: string, port: number): Promise<string> {
  const made = client({ ccache, timeout: TIMEOUT });
  await made.open('localhost', port);
  const { stdout } = await made.run(['test', 'whoami']).text();
  return stdout.trim();
}

/** Expects an authentication error with this text, and with this name if the backends can know it. */
async function expectNotAuthenticated(
  call: Promise<unknown>,
  message: RegExp,
  code?: string,
): Promise<void> {
  const name = code === undefined ? {} : { code };
  expectError(await rejection(call), { name: 'RemctlAuthenticationError', message, ...name });
}

const open = ({ client }: CaseContext, ccache: string, port: number): Promise<void> =>
  client({ ccache, timeout: TIMEOUT }).open('localhost', port);

/** Returns the address of a KDC that does not run. */
const deadKdc = async () => `127.0.0.1:${await freePort()}`;

/** A case of two KDCs: the first has a fault, the second is the realm's. */
const firstKdc = (
  id: string,
  what: string,
  start: (context: CaseContext) => Promise<string>,
): Case => ({
  id: `faults/first-kdc-${id}`,
  title: `the first of two KDCs ${what}: the second is asked in a bounded time`,
  async run(context) {
    const { realm, port } = context;
    const kdcs = [await start(context), `127.0.0.1:${realm.kdcPort}`];
    await enter(context, realm, writeKrb5Conf(realm, { kdcs }));
    expect(await whoami(context, await realm.kinit(), port)).toBe(realm.principals.client);
  },
});

/** A case whose process has a client keytab, and a default cache that `makeCache` makes. */
const withClientKeytab = (
  id: string,
  what: string,
  makeCache: (realm: Realm) => Promise<string>,
  client: 'alice' | 'svc',
): Case => ({
  id: `faults/client-keytab-${id}`,
  title: `KRB5_CLIENT_KTNAME names a keytab, and ${what}: ${client} logs in`,
  async run(context) {
    const realm = await ownRealm(context);
    const keytab = join(realm.folder, 'svc.keytab');
    await realm.kadmin('addprinc -randkey svc');
    await realm.kadmin(`ktadd -k ${keytab} svc`);
    await realm.kadmin(`ktadd -norandkey -k ${keytab} alice`);
    const leave = setVariables({
      KRB5CCNAME: await makeCache(realm),
      KRB5_CLIENT_KTNAME: keytab,
    });
    await context.use(Promise.resolve({ [Symbol.asyncDispose]: async () => leave() }));
    const made = context.client({ timeout: TIMEOUT });
    await made.open('localhost', realm.port);
    const { stdout } = await made.run(['test', 'whoami']).text();
    expect(stdout.trim()).toBe(`${client}@${realm.name}`);
  },
});

export const faultCases: readonly Case[] = [
  withClientKeytab(
    'no-cache',
    'there is no cache',
    async (realm) => `FILE:${join(realm.folder, 'no-cache')}`,
    'svc',
  ),
  withClientKeytab(
    'expired',
    'the cache of alice has expired',
    (realm) => realm.expiredCcache(),
    'alice',
  ),
  withClientKeytab('good', 'the cache of alice is good', (realm) => realm.kinit(), 'alice'),
  {
    id: 'faults/kdc-stopped-ticket-at-hand',
    title: 'the KDC is stopped: a service ticket in the cache is enough',
    async run(context) {
      const realm = await ownRealm(context);
      const ccache = await realm.kinit();
      await storeServiceTicket(realm, ccache);
      await realm.stopKdc();
      expect(await whoami(context, ccache, realm.port)).toBe(realm.principals.client);
    },
  },
  {
    id: 'faults/kdc-stopped-ticket-used-before',
    title: 'the KDC is stopped: the service ticket of an earlier connection is enough',
    async run(context) {
      const realm = await ownRealm(context);
      const ccache = await realm.kinit();
      await whoami(context, ccache, realm.port);
      await realm.stopKdc();
      expect(await whoami(context, ccache, realm.port)).toBe(realm.principals.client);
    },
  },
  {
    id: 'faults/kdc-stopped',
    title:
      'the KDC is stopped, and there is no service ticket: an authentication error names the KDC',
    async run(context) {
      const realm = await ownRealm(context);
      const ccache = await realm.kinit();
      await realm.stopKdc();
      await expectNotAuthenticated(open(context, ccache, realm.port), /KDC/, 'KRB5_KDC_UNREACH');
      await realm.startKdc();
      expect(await whoami(context, ccache, realm.port)).toBe(realm.principals.client);
    },
  },
  {
    id: 'faults/kdc-stopped-keytab',
    title: 'the KDC is stopped, and there is only a keytab: an authentication error names the KDC',
    async run(context) {
      const realm = await ownRealm(context);
      await realm.stopKdc();
      const credentials = { keytab: realm.keytabs.client, clientPrincipal: 'alice' };
      const client = context.client({ ...credentials, timeout: TIMEOUT });
      await expectNotAuthenticated(client.open('localhost', realm.port), /KDC/, 'KRB5_KDC_UNREACH');
    },
  },
  {
    id: 'faults/kdc-silent',
    title: 'the KDC takes requests and never answers: the open ends by its time-out',
    async run(context) {
      const { client, realm, port, use } = context;
      const ccache = await realm.kinit();
      const { kdc } = await use(startSilentKdc());
      await enter(context, realm, writeKrb5Conf(realm, { kdcs: [kdc] }));
      const waiting = client({ ccache, timeout: 0.5 });
      expectError(await rejection(waiting.open('localhost', port)), {
        name: 'RemctlTimeoutError',
        phase: 'negotiate',
        message: /silent/,
      });
    },
  },
  {
    id: 'faults/kdc-garbage',
    title: 'the KDC answers garbage: an authentication error names the KDC',
    async run(context) {
      const { realm, port, use } = context;
      const ccache = await realm.kinit();
      const { kdc } = await use(startGarbageKdc());
      await enter(context, realm, writeKrb5Conf(realm, { kdcs: [kdc] }));
      await expectNotAuthenticated(open(context, ccache, port), /KDC/);
    },
  },
  firstKdc('dead', 'is dead', deadKdc),
  firstKdc('silent', 'says nothing', async ({ use }) => (await use(startSilentKdc())).kdc),
  {
    id: 'faults/clock-of-client-adjusted',
    title:
      "this machine's clock is an hour off the KDC's and the server's: kinit noted the offset, and opens work",
    async run(context) {
      for (const clock of ['+1h', '-1h'] as const) {
        const realm = await ownRealm(context, { clock });
        expect(await whoami(context, await realm.kinit(), realm.port)).toBe(
          realm.principals.client,
        );
      }
    },
  },
  {
    id: 'faults/clock-of-client',
    title: 'the same without kdc_timesync: an authentication error names the clock',
    async run(context) {
      for (const clock of ['+1h', '-1h'] as const) {
        const realm = await ownRealm(context, { clock });
        const ccache = await realm.kinit({ clock });
        await enter(context, realm, writeKrb5Conf(realm, { libdefaults: ['kdc_timesync = 0'] }));
        await expectNotAuthenticated(
          open(context, ccache, realm.port),
          /clock/i,
          'KRB_AP_ERR_SKEW',
        );
      }
    },
  },
  {
    id: 'faults/clock-of-server',
    title: "the server's clock is an hour off all others: an authentication error names the clock",
    async run(context) {
      const { realm } = context;
      // To a server that is behind, the ticket also begins later: the server says which it saw first.
      const code = expect.stringMatching(/^KRB_AP_ERR_(SKEW|TKT_NYV)$/);
      for (const clock of ['+1h', '-1h'] as const) {
        const server = await realm.startRemctld({ clock });
        await expectNotAuthenticated(
          open(context, await realm.kinit(), server.port),
          /clock/i,
          code,
        );
        await server.kill();
      }
    },
  },
  {
    id: 'faults/ticket-expires',
    title: 'a ticket expires during a session: the connection goes on, and a new one is refused',
    async run(context) {
      // remctld accepts an expired ticket for as long as clocks may differ: 5 minutes by default.
      const realm = await ownRealm(context, { libdefaults: ['clockskew = 1'] });
      const ccache = await realm.kinit({ lifetime: '3s' });
      const client = context.client({ ccache, timeout: TIMEOUT });
      await client.open('localhost', realm.port);
      await sleep(5000);
      expect((await client.run(['test', 'whoami']).text()).stdout.trim()).toBe(
        realm.principals.client,
      );
      expect(await client.noop()).toBe(true);
      await expectNotAuthenticated(
        open(context, ccache, realm.port),
        /expired.*kinit/is,
        'KRB_AP_ERR_TKT_EXPIRED',
      );
    },
  },
  {
    id: 'faults/password-wrong',
    title: 'the password is wrong: an authentication error says so',
    async run(context) {
      const realm = await ownRealm(context);
      await realm.kadmin('modprinc +requires_preauth alice');
      const client = context.client({ password: 'wrong', clientPrincipal: 'alice' });
      await expectNotAuthenticated(
        client.open('localhost', realm.port),
        /password is wrong/,
        'KDC_ERR_PREAUTH_FAILED',
      );
    },
  },
  {
    id: 'faults/server-keytab-without-type',
    title:
      "the server's keytab lacks a key of the ticket's type: an authentication error names the keytab",
    async run(context) {
      const realm = await ownRealm(context);
      const keytab = await partialKeytab(realm, realm.principals.server);
      const server = await realm.startRemctld({ keytab });
      await expectNotAuthenticated(
        open(context, await realm.kinit(), server.port),
        /server.*keytab/s,
        expect.stringMatching(/^KRB_AP_ERR_(BADKEYVER|NOKEY)$/),
      );
    },
  },
  {
    id: 'faults/client-keytab-without-type',
    title: "the client's keytab lacks a key of a type that the KDC takes: an error names the type",
    async run(context) {
      const realm = await ownRealm(context);
      const keytab = await partialKeytab(realm, realm.principals.otherClient);
      const client = context.client({ keytab, clientPrincipal: 'mallory', timeout: TIMEOUT });
      const expected = /aes128-cts-hmac-sha1-96/;
      // At first krb5.conf permits only the type that the keytab lacks.
      await expectNotAuthenticated(client.open('localhost', realm.port), expected, 'GSS_S_NO_CRED');
      await realm.kadmin('cpw -randkey -e aes256-cts-hmac-sha1-96:normal mallory');
      const libdefaults = ['permitted_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96'];
      await enter(context, realm, writeKrb5Conf(realm, { libdefaults }));
      await expectNotAuthenticated(client.open('localhost', realm.port), expected, 'GSS_S_NO_CRED');
    },
  },
  {
    id: 'faults/remctld-killed-in-output',
    title: 'remctld is killed while output comes: a network error, and the state is unknown',
    async run({ client, realm }) {
      const server = await realm.startRemctld();
      const cut = client({ timeout: TIMEOUT });
      await cut.open('localhost', server.port);
      await cut.command(['test', 'slow', '1000', '0.01']);
      expect(await cut.output()).toMatchObject({ type: 'output' });
      await server.kill();
      const readOn = async () => {
        for (;;) {
          expect(await cut.output()).toMatchObject({ type: 'output' });
        }
      };
      expectError(await rejection(readOn()), {
        name: 'RemctlNetworkError',
        phase: 'command',
        message: /end of file|closed|reset|ECONNRESET/i,
        commandState: 'unknown',
      });
      expect(cut.commandState).toBe('unknown');
      expect(cut.isOpen).toBe(false);
    },
  },
  {
    id: 'faults/remctld-restarted',
    title:
      'remctld restarts between two commands: the second is not sent, and runs once after a new open',
    async run(context) {
      const { client, realm } = context;
      const first = await realm.startRemctld();
      const { port } = first;
      const patient = client({ timeout: TIMEOUT });
      await patient.open('localhost', port);
      const tally = tallyName(context, 'restarted');
      expect((await patient.run(['test', 'tally', tally]).bytes()).status).toBe(0);
      await first.kill();
      await realm.startRemctld({ port });
      expectError(await rejection(patient.run(['test', 'tally', tally]).bytes()), {
        name: 'RemctlNetworkError',
        phase: 'command',
        message: /end of file|closed|reset|pipe|ECONNRESET|EPIPE/i,
        commandState: 'not-sent',
      });
      expect(patient.commandState).toBe('not-sent');
      expect(realm.tally(tally)).toBe(1);
      await patient.open('localhost', port);
      expect((await patient.run(['test', 'tally', tally]).bytes()).status).toBe(0);
      expect(realm.tally(tally)).toBe(2);
    },
  },
];
