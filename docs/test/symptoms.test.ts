/** The symptoms of the troubleshooting guide, caused one by one: the message is the guide's. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CreateClientOptions, createClient, remctl } from '@remctl/core';
import { startTestRealm, type TestRealm } from '@remctl/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textOf } from './examples/documents.js';

const execute = promisify(execFile);
const guide = textOf('docs/guide/troubleshooting.md');
const TIMEOUT_S = 1;
/** Without a name server within reach the name's time is over, and the message begins alike. */
const NAME_TIMEOUT_S = 5;

const commands = [
  { command: 'hello', access: ['ANYUSER'], run: () => 'hello\n' },
  { command: 'secret', access: [], run: () => 'secret\n' },
  { command: 'silent', access: ['ANYUSER'], run: () => new Promise<number>(() => undefined) },
  {
    command: 'half',
    access: ['ANYUSER'],
    async *run() {
      yield 'half of it\n';
      await new Promise(() => undefined);
    },
  },
  {
    command: 'broken',
    access: ['ANYUSER'],
    run: () => {
      throw new Error('broken');
    },
  },
];

let realm: TestRealm<'alice'>;
const folder = mkdtempSync(join(tmpdir(), 'remctl-symptoms-'));

beforeAll(async () => {
  realm = await startTestRealm({ commands, log: () => undefined });
  realm.useHere();
});
afterAll(async () => {
  await realm.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Returns the message of what rejects. */
async function messageOf(work: Promise<unknown>): Promise<string> {
  const [outcome] = await Promise.allSettled([work]);
  if (outcome.status === 'fulfilled') {
    throw new Error('it did not fail');
  }
  return (outcome.reason as Error).message;
}

/** Runs a command in the realm, with other options than usual. */
const run = (command: string, options: Partial<CreateClientOptions> = {}) =>
  remctl({ ...realm.clientOptions(), ...options, command: [command] } as Parameters<
    typeof remctl
  >[0]);

/** Runs `hello` with a keytab or password in place of the cache. */
function runAs(credentials: object) {
  const { host, port, principal } = realm.clientOptions();
  return remctl({ host, port, principal, command: ['hello'], ...credentials } as Parameters<
    typeof remctl
  >[0]);
}

/** Runs `hello` in another process, whose krb5.conf has this text. */
async function runWithConfig(text: string, given?: object): Promise<string> {
  const config = join(folder, 'krb5.conf');
  writeFileSync(config, text);
  const { ccache } = realm.users.alice;
  const target = { host: 'localhost', port: realm.port, command: ['hello'] };
  const options = { ...target, ...(given ?? { ccache }) };
  const program = `import { remctl } from '@remctl/core';
    import { createPureBackend } from '@remctl/pure-backend';
    const backend = createPureBackend();
    await remctl({ ...${JSON.stringify(options)}, backend }).catch((error) => console.log(error.message));`;
  const args = ['--input-type=module', '-e', program];
  const env = { ...process.env, KRB5_CONFIG: config };
  return (await execute(process.execPath, args, { env })).stdout;
}

/** Runs `hello` at a server that does nothing but this to each connection. */
async function messageAt(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.resume();
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const message = await messageOf(run('hello', { port, timeout: TIMEOUT_S }));
  server.close();
  return message;
}

/** Each symptom as the guide has it in its first column, and what causes it. */
const SYMPTOMS: Readonly<Record<string, () => Promise<string>>> = {
  'unknown host …': () =>
    messageOf(run('hello', { host: 'nowhere.invalid', timeout: NAME_TIMEOUT_S })),
  'cannot connect to … (port …): …': () => messageOf(run('hello', { port: 1 })),
  'the connection to … broke': async () => {
    const client = await createClient('pure', realm.clientOptions());
    await client.command(['half']);
    await client.output();
    const failed = messageOf(client.output());
    await realm.server.drop();
    return failed;
  },
  'was silent for …': async () => {
    // The time-out is set after the open, which may take longer on a busy machine.
    const client = await createClient('pure', realm.clientOptions());
    client.setTimeout(TIMEOUT_S);
    return messageOf(client.run(['silent']).text());
  },
  'unexpected end of file: … closed the connection': () => messageAt((socket) => socket.end()),
  'did not authenticate itself within …': () => messageAt(() => undefined),
  'no credentials: run kinit, or give keytab': () =>
    messageOf(run('hello', { ccache: `FILE:${join(folder, 'nothing')}` })),
  'the ticket of … expired at …': async () => {
    await realm.expireTicket('alice');
    const message = await messageOf(run('hello'));
    await realm.kinit('alice');
    return message;
  },
  'the keytab … has no key of …': () =>
    messageOf(runAs({ keytab: realm.users.alice.keytab, clientPrincipal: 'bob' })),
  "the password is wrong, or the keytab is older than the principal's key": () =>
    messageOf(runAs({ password: 'wrong', clientPrincipal: 'alice' })),
  'does not know the client …': () =>
    messageOf(runAs({ password: 'any', clientPrincipal: 'nobody' })),
  'no default realm': () =>
    runWithConfig('', { keytab: realm.users.alice.keytab, clientPrincipal: 'alice' }),
  'krb5.conf has no kdc for …': () =>
    runWithConfig('[libdefaults]\n  default_realm = REMCTL.TEST\n  dns_lookup_kdc = false\n'),
  'no KDC of … can be reached': () =>
    runWithConfig(
      '[libdefaults]\n  default_realm = REMCTL.TEST\n[realms]\n  REMCTL.TEST = {\n    kdc = 127.0.0.1:1\n  }\n',
    ),
  'does not know the service …': () =>
    messageOf(run('hello', { principal: 'host/elsewhere.example.org@REMCTL.TEST' })),
  "the server's clock differs from …": async () => {
    realm.server.skew(3600);
    const message = await messageOf(run('hello'));
    realm.server.skew(0);
    return message;
  },
  'Access denied': () => messageOf(run('secret')),
  'Unknown command': () => messageOf(run('nothing')),
  'Internal failure': () => messageOf(run('broken')),
  'was called while … waits': async () => {
    const client = await createClient('pure', realm.clientOptions());
    const first = client
      .run(['silent'])
      .text()
      .catch(() => undefined);
    const message = await messageOf(client.command(['hello']));
    await client.close();
    await first;
    return message;
  },
  "was called before the last command's output was read to its end": async () => {
    const client = await createClient('pure', realm.clientOptions());
    await client.command(['hello']);
    const message = await messageOf(client.command(['hello']));
    await client.close();
    return message;
  },
  'no currently open connection': async () => {
    const client = await createClient('pure');
    return messageOf(client.command(['hello']));
  },
  'the server has no key for …, or another one': async () => {
    await realm.server.changeKey('old');
    return messageOf(run('hello', { ccache: await freshCache() }));
  },
};

/** A cache without the service tickets that this process has kept. */
async function freshCache(): Promise<string> {
  await realm.kinit('alice');
  return realm.users.alice.ccache;
}

const pattern = (symptom: string) =>
  new RegExp(
    symptom
      .split('…')
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*'),
  );

test.each(Object.keys(SYMPTOMS))('%s', async (symptom) => {
  expect(guide).toContain(`| \`${symptom}\``);
  expect(await SYMPTOMS[symptom]?.()).toMatch(pattern(symptom));
});
