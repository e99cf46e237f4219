/** What DNS says about a realm's KDCs and a host's name. */
import { freePort } from '@remctl/realm';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { freshCache } from '../support/credentials.js';
import { type DnsRecord, startDnsServer } from '../support/dns-server.js';
import { editedConfig } from '../support/realm-files.js';
import { run } from '../support/remctl.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
beforeAll(async () => {
  await realm.kadmin('addprinc -randkey host/real.example.test');
  await realm.kadmin(`ktadd -k ${realm.keytabs.server} host/real.example.test`);
});

async function dns(
  records: Readonly<Record<string, readonly DnsRecord[]>>,
  options?: { readonly fail?: boolean; readonly silent?: DnsRecord['type'] },
) {
  const server = await startDnsServer(records, options);
  onTestFinished(() => server.close());
  return server;
}

const firstStep = async (config: Krb5Config) =>
  createInitiatorContext({
    host: 'localhost',
    credentials: await freshCache(realm),
    config,
  }).step();
const whoami = async (host: string, config: Krb5Config) => {
  const options = { host, credentials: await freshCache(realm), config };
  return (await run(realm.port, options, ['test', 'whoami'])).peer;
};

describe('KDCs', () => {
  /** Reads a configuration without kdc, and with dns_lookup_kdc at its default, true. */
  const byDns = () =>
    editedConfig(realm, (text) =>
      text.replace(/^\s+kdc = .*$/m, '').replace('dns_lookup_kdc = false', ''),
    );
  const at = (port: number, priority = 0): DnsRecord => ({
    type: 'SRV',
    target: 'localhost',
    port,
    priority,
  });

  test('are found by SRV records for UDP and TCP', async () => {
    const server = await dns({
      '_kerberos._udp.remctl.test': [at(realm.kdcPort)],
      '_kerberos._tcp.remctl.test': [at(realm.kdcPort)],
    });
    expect(await whoami('localhost', await byDns())).toBe(realm.principals.server);
    expect([...new Set(server.questions)].sort()).toEqual([
      'SRV _kerberos._tcp.remctl.test',
      'SRV _kerberos._udp.remctl.test',
      'URI _kerberos.remctl.test',
    ]);
  });

  test('are found by SRV records if the name server does not answer questions for URI records', async () => {
    await dns({ '_kerberos._udp.remctl.test': [at(realm.kdcPort)] }, { silent: 'URI' });
    expect(await whoami('localhost', await byDns())).toBe(realm.principals.server);
  });

  test('are found by SRV records for TCP alone', async () => {
    await dns({ '_kerberos._tcp.remctl.test': [at(realm.kdcPort)] });
    expect(await whoami('localhost', await byDns())).toBe(realm.principals.server);
  });

  test('are asked by priority: the second one answers if the first is dead', async () => {
    await dns({
      '_kerberos._udp.remctl.test': [at(realm.kdcPort, 20), at(await freePort(), 10)],
    });
    expect(await whoami('localhost', await byDns())).toBe(realm.principals.server);
  });

  test.each([
    ['DNS has no records', {}],
    [
      'the SRV record says that there is no KDC',
      { '_kerberos._udp.remctl.test': [{ ...at(0), target: '.' }] },
    ],
  ])('are unknown if %s', async (_name, records) => {
    await dns(records);
    const config = await byDns();
    await expect(firstStep(config)).rejects.toMatchObject({
      name: 'KRB5_KDC_UNREACH',
      message: expect.stringContaining(
        'krb5.conf has no kdc for REMCTL.TEST and DNS no _kerberos._udp.REMCTL.TEST',
      ),
    });
  });

  test('are unknown if DNS fails', async () => {
    await dns({}, { fail: true });
    const config = await byDns();
    await expect(firstStep(config)).rejects.toMatchObject({
      name: 'KRB5_REALM_CANT_RESOLVE',
      message: expect.stringMatching(
        /krb5\.conf has no kdc for REMCTL\.TEST, and DNS does not say where one is .*ESERVFAIL/,
      ),
    });
  });

  test('are not looked up if krb5.conf has them', async () => {
    const server = await dns({});
    await whoami(
      'localhost',
      await editedConfig(realm, (text) => text.replace('dns_lookup_kdc = false', '')),
    );
    expect(server.questions).toEqual([]);
  });

  test('are not looked up if dns_lookup_kdc is false', async () => {
    const server = await dns({ '_kerberos._udp.remctl.test': [at(realm.kdcPort)] });
    const config = await editedConfig(realm, (text) => text.replace(/^\s+kdc = .*$/m, ''));
    await expect(firstStep(config)).rejects.toMatchObject({
      message: expect.stringContaining('krb5.conf has no kdc for REMCTL.TEST, and dns_lookup_kdc'),
    });
    expect(server.questions).toEqual([]);
  });
});

describe('a host’s name', () => {
  const ALIASES: Readonly<Record<string, readonly DnsRecord[]>> = {
    'alias.example.test': [{ type: 'CNAME', target: 'second.example.test' }],
    'second.example.test': [{ type: 'CNAME', target: 'real.example.test' }],
    'real.example.test': [{ type: 'A', address: '127.0.0.1' }],
    'dangling.example.test': [{ type: 'CNAME', target: 'gone.example.test' }],
    'loop.example.test': [{ type: 'CNAME', target: 'round.example.test' }],
    'round.example.test': [{ type: 'CNAME', target: 'about.example.test' }],
    'about.example.test': [{ type: 'CNAME', target: 'loop.example.test' }],
  };
  const canonicalizing = (value: string) =>
    editedConfig(realm, (text) =>
      text
        .replace('dns_canonicalize_hostname = false', `dns_canonicalize_hostname = ${value}`)
        .replace('localhost = ', '.example.test = '),
    );

  test('is the one that its aliases lead to if dns_canonicalize_hostname is true', async () => {
    await dns(ALIASES);
    expect(await whoami('alias.example.test', await canonicalizing('true'))).toBe(
      `host/real.example.test@${realm.name}`,
    );
  });

  test('is the given one if dns_canonicalize_hostname is false', async () => {
    const server = await dns(ALIASES);
    await expect(whoami('alias.example.test', await canonicalizing('false'))).rejects.toMatchObject(
      {
        name: 'KDC_ERR_S_PRINCIPAL_UNKNOWN',
        message: expect.stringContaining('host/alias.example.test@'),
      },
    );
    expect(server.questions).toEqual([]);
  });

  test('is the given one and then the one of its aliases if dns_canonicalize_hostname is fallback', async () => {
    const server = await dns(ALIASES);
    const config = await canonicalizing('fallback');
    expect(await whoami('real.example.test', config)).toBe(`host/real.example.test@${realm.name}`);
    expect(server.questions).toEqual([]);
    expect(await whoami('alias.example.test', config)).toBe(`host/real.example.test@${realm.name}`);
  });

  test('is the given one if its alias leads to a host without an address', async () => {
    await dns(ALIASES);
    const config = await canonicalizing('true');
    await expect(whoami('dangling.example.test', config)).rejects.toMatchObject({
      message: expect.stringContaining('host/dangling.example.test@'),
    });
  });

  test('is looked up no further if its aliases run in a circle', async () => {
    await dns(ALIASES);
    await expect(whoami('loop.example.test', await canonicalizing('true'))).rejects.toMatchObject({
      name: 'KDC_ERR_S_PRINCIPAL_UNKNOWN',
    });
  });

  test('is the name of its address if rdns is true', async () => {
    const config = await editedConfig(realm, (text) =>
      text.replace('dns_canonicalize_hostname = false', '').replace('rdns = false', ''),
    );
    // This machine's /etc/hosts names 127.0.0.1, whatever DNS says.
    expect(await whoami('127.0.0.1', config)).toBe(realm.principals.server);
  });
});
