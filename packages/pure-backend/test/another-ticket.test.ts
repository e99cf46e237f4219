/** Opens of a server whose key is newer than the ticket. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { useRealmForFile } from '@remctl/conformance';
import { type ClientOptions, Remctl } from '@remctl/core';
import { watchEvents } from '@remctl/core/events';
import {
  startForwardingProxy,
  startSilentKdc,
  storeServiceTicket,
  writeKrb5Conf,
} from '@remctl/realm';
import { describe, expect, test } from 'vitest';
import { createPureBackend } from '../src/index.js';
import { whoami as whoamiOf } from './support/whoami.js';

const TIMEOUT = 20;

const realm = await useRealmForFile();

let servers = 0;

/** Starts a server with a principal and a keytab of its own. */
async function startServer() {
  servers += 1;
  const principal = `changing/h${servers}.test@${realm.name}`;
  const keytab = join(realm.folder, `changing-${servers}.keytab`);
  await realm.kadmin(`addprinc -randkey ${principal}`);
  const changeKey = async () => {
    rmSync(keytab, { force: true });
    await realm.kadmin(`ktadd -k ${keytab} ${principal}`);
  };
  await changeKey();
  const { port } = await realm.startRemctld({ keytab });
  const whoami = async (options: ClientOptions, at = port) => {
    await using client = new Remctl(createPureBackend(), { timeout: TIMEOUT, ...options });
    await client.open(realm.host, at, principal);
    return await whoamiOf(client);
  };
  return { principal, port, changeKey, whoami };
}

describe('a server whose key has changed', () => {
  test('another ticket is told as a retry', async () => {
    const { changeKey, whoami } = await startServer();
    const options = { keytab: realm.keytabs.client, clientPrincipal: 'alice' };
    await whoami(options);
    await changeKey();
    const retries: string[] = [];
    const stop = watchEvents((event) => {
      if (event.channel === 'remctl:retry') {
        retries.push(`${event.message.because}: ${event.message.error}`);
      }
    });
    await whoami(options);
    stop();
    expect(retries).toEqual([expect.stringMatching(/^new-ticket: .*KRB_AP_ERR/)]);
  });

  test('is opened with another ticket from the keytab', async () => {
    const { changeKey, whoami } = await startServer();
    const options = { keytab: realm.keytabs.client, clientPrincipal: 'alice' };
    expect(await whoami(options)).toBe(realm.principals.client);
    await changeKey();
    expect(await whoami(options)).toBe(realm.principals.client);
  });

  test('is opened with another ticket if the cache holds one for the old key', async () => {
    const { changeKey, whoami, principal } = await startServer();
    const ccache = await realm.kinit();
    await storeServiceTicket(realm, ccache, principal);
    await changeKey();
    expect(await whoami({ ccache })).toBe(realm.principals.client);
    expect(await whoami({ ccache })).toBe(realm.principals.client);
  });

  test('is asked twice if the ticket was from before, and once if the ticket is new', async () => {
    const { changeKey, whoami, port, principal } = await startServer();
    const options = { ccache: await realm.kinit() };
    expect(await whoami(options)).toBe(realm.principals.client);
    await changeKey();
    // The KDC has a newer key, which the server does not get.
    await realm.kadmin(`cpw -randkey ${principal}`);
    await using proxy = await startForwardingProxy(port);
    const refusal = { name: 'RemctlAuthenticationError', cause: { name: 'KRB_AP_ERR_BADKEYVER' } };
    await expect(whoami(options, proxy.port)).rejects.toMatchObject(refusal);
    expect(proxy.connections()).toBe(2);
    await expect(whoami(options, proxy.port)).rejects.toMatchObject(refusal);
    expect(proxy.connections()).toBe(3);
  });

  test('gives its refusal within the time of one open if the KDC is silent', async () => {
    const { changeKey, whoami } = await startServer();
    const options = { ccache: await realm.kinit() };
    expect(await whoami(options)).toBe(realm.principals.client);
    await changeKey();
    await using silent = await startSilentKdc();
    const leaveSilent = realm.useHere(writeKrb5Conf(realm, { kdcs: [silent.kdc] }));
    try {
      await expect(whoami(options)).rejects.toMatchObject({
        name: 'RemctlAuthenticationError',
        cause: { name: 'KRB_AP_ERR_BADKEYVER' },
      });
    } finally {
      leaveSilent();
    }
    expect(await whoami(options)).toBe(realm.principals.client);
  });
});
