/** The service principals of hosts, beside libkrb5. */
import { beforeAll, describe, expect, test } from 'vitest';
import { servicePrincipals } from '../../src/client/service-principal.js';
import { readKrb5Config } from '../../src/config/krb5-config.js';
import { formatPrincipal } from '../../src/principal.js';
import { startDnsServer } from '../support/dns-server.js';
import { useMitAnswers } from '../support/mit-answers.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

/** Hosts that need no DNS: they are in /etc/hosts, or too long for a name. */
const LOCAL_HOSTS = ['localhost', '127.0.0.1', 'x'.repeat(64), `${'x'.repeat(64)}.example.org`];
const HOSTS = ['server', 'SERVER', 'server.', 'server.example.org', 'Server.Example.Org.'];

const files = useTemporaryFiles();
const mit = useMitAnswers();
beforeAll(async () => {
  const dns = await startDnsServer({});
  return () => dns.close();
});

async function first(host: string, path: string): Promise<string | undefined> {
  const config = await readKrb5Config({ KRB5_CONFIG: path });
  for await (const principal of servicePrincipals('host', host, config, undefined)) {
    return formatPrincipal(principal);
  }
  return undefined;
}

describe('servicePrincipals and libkrb5', () => {
  test.each([
    [[...HOSTS, ...LOCAL_HOSTS], 'dns_canonicalize_hostname = false'],
    [
      [...HOSTS, ...LOCAL_HOSTS],
      'dns_canonicalize_hostname = false\nqualify_shortname = example.org',
    ],
    [[...HOSTS, ...LOCAL_HOSTS], 'dns_canonicalize_hostname = false\nqualify_shortname = ""'],
    [LOCAL_HOSTS, 'qualify_shortname = example.org'],
    [LOCAL_HOSTS, 'rdns = false\nqualify_shortname = example.org'],
    [LOCAL_HOSTS, 'rdns = false'],
  ])('name the same principals for %j with %j', async (hosts, lines) => {
    const path = files.write('krb5.conf', `[libdefaults]\ndefault_realm = R.TEST\n${lines}\n`);
    const theirs = mit.ask(
      hosts.map((host) => ['service', 'host', host]),
      { KRB5_CONFIG: path },
    );
    const ours = await Promise.all(hosts.map((host) => first(host, path)));
    expect(ours).toEqual(theirs.map((answer) => answer?.[0]));
  });
});
