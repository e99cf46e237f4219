/** KDCs that URI records of DNS name, beside kinit and with a real KDC. */
import { execFileSync } from 'node:child_process';
import dns from 'node:dns';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DnsRecords,
  freePort,
  startDnsServer,
  type UriData,
  withDns,
  withNetwork,
} from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { editedConfig } from '../support/realm-files.js';
import { type Replica, startReplica } from '../support/replica.js';
import { useRealm } from '../support/use-realm.js';

const uri = (target: string, priority = 1): UriData => ({ priority, weight: 1, target });

describe('kinit looks up the same hosts in the same order', () => {
  const doctor = new URL('../../dist/doctor/index.js', import.meta.url).href;
  const index = new URL('../../dist/index.js', import.meta.url).href;
  const OURS = `
    const { readKrb5Config } = await import(process.argv[1]);
    const { kdcsOf } = await import(process.argv[2]);
    const config = await readKrb5Config();
    const kdcs = await kdcsOf('R.TEST', config, new AbortController().signal).catch(() => []);
    for (const { host } of kdcs) console.log(host);`;
  const srv = (target: string) => ({ SRV: [{ priority: 1, weight: 1, port: 88, target }] });
  const SRV = {
    '_kerberos._udp.r.test': srv('srv-udp.test'),
    '_kerberos._tcp.r.test': srv('srv-tcp.test'),
  };

  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'krb5-uri-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each<[string, DnsRecords, string?]>([
    ['no records', {}],
    ['SRV records', SRV],
    [
      'URI and SRV records',
      {
        ...SRV,
        '_kerberos.r.test': {
          URI: [
            uri('krb5srv:m:udp:third.test', 3),
            uri('KRB5SRV::TCP:second.test:99', 2),
            uri('krb5srv::udp:[::1]:9', 1),
            uri('krb5srv::sctp:no.test', 1),
            uri('krb5srv:udp:no.test', 1),
            uri('other::udp:no.test', 1),
            uri('krb5srv::tcp:', 1),
          ],
        },
      },
    ],
    [
      'URI records that name no KDC',
      { ...SRV, '_kerberos.r.test': { URI: [uri('krb5srv::sctp:no.test')] } },
    ],
    [
      'dns_uri_lookup = false',
      { ...SRV, '_kerberos.r.test': { URI: [uri('krb5srv::udp:uri.test')] } },
      'dns_uri_lookup = false',
    ],
    [
      'dns_lookup_kdc = false',
      { ...SRV, '_kerberos.r.test': { URI: [uri('krb5srv::udp:uri.test')] } },
      'dns_lookup_kdc = false',
    ],
  ])('with %s', (_what, records, line = '') => {
    const conf = join(folder, 'krb5.conf');
    const trace = join(folder, 'trace');
    writeFileSync(conf, `[libdefaults]\n  ${line}\n`);
    writeFileSync(trace, '');
    const run = (command: readonly string[]) => {
      const [program = '', ...args] = withNetwork(folder, {}, withDns(folder, records, command));
      const env = { ...process.env, KRB5_CONFIG: conf, KRB5_TRACE: trace };
      return execFileSync(program, args, { env, encoding: 'utf8', stdio: 'pipe' });
    };
    // kinit fails, since none of these hosts has a KDC.
    run(['sh', '-c', `kinit -c FILE:${folder}/cache user@R.TEST </dev/null || :`]);
    const theirs = [...readFileSync(trace, 'utf8').matchAll(/Resolving hostname (\S+?)\.?\n/g)].map(
      ([, host]) => host,
    );
    const ours = run([process.execPath, '--input-type=module', '-e', OURS, index, doctor]);
    expect(ours.split('\n').filter((host) => host !== '')).toEqual([...new Set(theirs)]);
  });
});

describe('a realm', () => {
  const realm = useRealm();
  let replica: Replica;
  beforeAll(async () => {
    replica = await startReplica(realm);
    await realm.kadmin('addprinc -pw secret new');
  });
  afterAll(() => replica[Symbol.asyncDispose]());

  async function use(records: DnsRecords) {
    const server = await startDnsServer(records, { port: 0 });
    const before = dns.getServers();
    dns.setServers([`${server.address}:${server.port}`]);
    onTestFinished(async () => {
      dns.setServers(before);
      await server[Symbol.asyncDispose]();
    });
    return server;
  }
  const byDns = (line = '') =>
    editedConfig(realm, (text) =>
      text.replace(/^\s+kdc = .*$/m, '').replace('dns_lookup_kdc = false', line),
    );
  const open = (config: Krb5Config, clientPrincipal = 'alice') => {
    const password = clientPrincipal === 'new' ? 'secret' : realm.passwords.client;
    const credentials = { type: 'password', password, clientPrincipal } as const;
    return createInitiatorContext({ host: 'localhost', credentials, config }).step();
  };

  test.each(['udp', 'tcp'])('has a KDC at its URI record for %s', async (transport) => {
    await use({
      '_kerberos.remctl.test': { URI: [uri(`krb5srv:m:${transport}:127.0.0.1:${realm.kdcPort}`)] },
      '_kerberos._udp.remctl.test': { SRV: [{ ...uri('nowhere.invalid'), port: 1 }] },
    });
    await open(await byDns());
  });

  test('is asked at the next record if the first KDC is dead', async () => {
    await use({
      '_kerberos.remctl.test': {
        URI: [
          uri(`krb5srv::tcp:127.0.0.1:${realm.kdcPort}`, 2),
          uri(`krb5srv::udp:127.0.0.1:${await freePort()}`, 1),
        ],
      },
    });
    await open(await byDns());
  });

  test('is asked at its primary KDC, which the flag m marks, if a replica fails', async () => {
    const { questions } = await use({
      '_kerberos.remctl.test': {
        URI: [
          uri(`krb5srv:m:udp:127.0.0.1:${realm.kdcPort}`, 2),
          uri(`krb5srv::udp:${replica.kdc}`, 1),
        ],
      },
    });
    await open(await byDns(), 'new');
    expect(questions).toContain('URI _kerberos.REMCTL.TEST');
  });

  test('keeps a replica’s error if no record has the flag m', async () => {
    await use({ '_kerberos.remctl.test': { URI: [uri(`krb5srv::udp:${replica.kdc}`)] } });
    await expect(open(await byDns(), 'new')).rejects.toMatchObject({
      name: 'KDC_ERR_C_PRINCIPAL_UNKNOWN',
    });
  });

  test('is found by SRV records if the name server fails on URI records', async () => {
    await use({
      '_kerberos.remctl.test': { fails: ['URI'] },
      '_kerberos._udp.remctl.test': { SRV: [{ ...uri('localhost'), port: realm.kdcPort }] },
    });
    await open(await byDns());
  });

  test('is not looked up by URI records if dns_uri_lookup is false', async () => {
    const { questions } = await use({
      '_kerberos._udp.remctl.test': { SRV: [{ ...uri('localhost'), port: realm.kdcPort }] },
    });
    await open(await byDns('dns_uri_lookup = false'));
    expect(questions.filter((question) => question.startsWith('URI'))).toEqual([]);
  });
});
