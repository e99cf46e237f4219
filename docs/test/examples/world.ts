/** The realm EXAMPLE.ORG, in which the examples run: its KDC, its name server and its remctl servers. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { type DnsRecords, startDnsServer } from '@remctl/realm';
import { createServer, type ServerCommand } from '@remctl/server';
import { startKdc } from '@remctl/testing';
import { PASSWORD } from './password.js';

const REALM = 'EXAMPLE.ORG';
const SERVERS = '127.0.0.2';
/** The one server whose service is stopped. */
const STOPPED = { host: 'web02.example.org', address: '127.0.0.4' };
const NOBODY_LISTENS = '127.0.0.3';
const PORT = 4373;
const KDC_PORT = 88;
const TWENTY = Array.from({ length: 20 }, (_, index) => String(index + 1).padStart(2, '0'));
const HOSTS = ['server', ...TWENTY.map((number) => `web${number}`)].map(
  (name) => `${name}.example.org`,
);

const KRB5_CONF = `[libdefaults]
  default_realm = ${REALM}
  dns_canonicalize_hostname = false
  dns_lookup_kdc = false
  rdns = false

[realms]
  ${REALM} = {
    kdc = kdc.example.org
  }

[domain_realm]
  .example.org = ${REALM}
`;

const RECORDS: DnsRecords = {
  ...Object.fromEntries(HOSTS.map((host) => [host, { A: [SERVERS] }])),
  [STOPPED.host]: { A: [STOPPED.address] },
  'kdc.example.org': { A: ['127.0.0.1'] },
  'db01.example.org': { A: [NOBODY_LISTENS] },
  db01: { A: [NOBODY_LISTENS] },
  '_remctl._tcp.example.org': {
    SRV: [{ priority: 0, weight: 0, port: PORT, target: 'server.example.org' }],
  },
};

const ANYUSER = ['ANYUSER'];
const word = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

const COMMANDS: readonly ServerCommand[] = [
  {
    command: 'account',
    subcommand: 'show',
    access: ANYUSER,
    summary: 'account show USER: prints an account\n',
    run: ({ command }) => `${word(command[2])}: active\n`,
  },
  { command: 'account', subcommand: 'create', access: ANYUSER, run: () => 'created\n' },
  { command: 'account', subcommand: 'delete', access: ['princ:admin'], run: () => 'deleted\n' },
  {
    command: 'account',
    subcommand: 'password',
    access: ANYUSER,
    run: ({ command }) => (command.length === 4 ? 'changed\n' : 3),
  },
  {
    command: 'backup',
    subcommand: 'start',
    access: ANYUSER,
    async *run() {
      yield 'copying\n';
      yield { stream: 2, output: 'one file was skipped\n' };
      yield 'done\n';
    },
  },
  {
    command: 'backup',
    subcommand: 'restore',
    access: ANYUSER,
    run: ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(1));
      }),
  },
  { command: 'uptime', access: ANYUSER, run: () => 'up 12 days\n' },
  {
    command: 'service',
    subcommand: 'status',
    access: ANYUSER,
    run: ({ command }) => `${word(command[2])} is running\n`,
  },
  {
    command: 'certificate',
    subcommand: 'install',
    access: ANYUSER,
    run: ({ command }) => `${command.at(-1)?.length} bytes\n`,
  },
  {
    command: 'site',
    subcommand: 'publish',
    access: ANYUSER,
    run: ({ command }) => `${command.at(-1)?.length} bytes\n`,
  },
];

const COMMANDS_OF_STOPPED: readonly ServerCommand[] = [
  {
    command: 'service',
    subcommand: 'status',
    access: ANYUSER,
    async run({ command, stdout }) {
      await stdout.write(`${word(command[2])} is stopped\n`);
      return 3;
    },
  },
  ...COMMANDS,
];

function writeSecret(path: string, bytes: Uint8Array): void {
  writeFileSync(path, bytes);
  chmodSync(path, 0o600);
}

export interface World extends AsyncDisposable {
  /** Writes a cache with alice's ticket. */
  writeCache(path: string): Promise<void>;
}

/**
 * Starts the realm in a network and with an /etc of its own (`run-documents.ts`). The servers are left out
 * for documents that start their own.
 */
export async function startWorld({ withServers }: { withServers: boolean }): Promise<World> {
  const dns = await startDnsServer(RECORDS);
  const kdc = await startKdc({ realm: REALM, port: KDC_PORT });
  for (const user of ['alice', 'jdoe', 'admin']) {
    kdc.addPrincipal(user, { password: PASSWORD });
  }
  for (const service of ['app', 'app/host.example.org', 'host/app.example.org']) {
    kdc.addPrincipal(service);
  }
  const hosts = HOSTS.map((host) => `host/${host}`);
  for (const host of [...hosts, 'host/db01', 'host/db01.example.org']) {
    kdc.addPrincipal(host);
  }
  writeFileSync('/etc/krb5.conf', KRB5_CONF);
  writeSecret('/etc/app.keytab', await kdc.keytab(['app/host.example.org', 'app']));
  writeSecret('/etc/krb5.keytab', await kdc.keytab([...hosts, 'host/app.example.org']));
  mkdirSync('/etc/remctl/acl', { recursive: true });
  writeFileSync('/etc/remctl/acl/helpdesk', `alice@${REALM}\n`);
  mkdirSync('/srv/remctl');
  writeFileSync('/srv/remctl/backup', '#!/bin/sh\necho "backup done"\n', { mode: 0o755 });
  writeFileSync('/etc/remctl/remctl.conf', 'backup ALL /srv/remctl/backup ANYUSER\n');
  const servers = [
    { host: SERVERS, commands: COMMANDS },
    { host: STOPPED.address, commands: COMMANDS_OF_STOPPED },
  ].map(({ host, commands }) => {
    const server = createServer({ keytab: '/etc/krb5.keytab', commands, log: () => undefined });
    return { server, listen: () => server.listen({ host, port: PORT }) };
  });
  if (withServers) {
    await Promise.all(servers.map(({ listen }) => listen()));
  }
  return {
    writeCache: async (path) => writeSecret(path, await kdc.ccache('alice')),
    async [Symbol.asyncDispose]() {
      for (const { server } of servers) {
        server.drop();
        await server.close();
      }
      await kdc.stop();
      await dns[Symbol.asyncDispose]();
    },
  };
}
