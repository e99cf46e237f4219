/** A server with real Kerberos: MIT's KDC, the C client, and the backends of this project. */
import { copyFileSync } from 'node:fs';
import { connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { Remctl } from '@remctl/core';
import { CONTEXT_TOKEN_FLAGS, FIRST_TOKEN_FLAGS, TokenFlag } from '@remctl/core/wire';
import {
  ALL_FLAGS,
  ContextFlag,
  createInitiatorContext,
  createKrb5State,
  type InitiatorContext,
  type InitiatorOptions,
} from '@remctl/krb5';
import { createNativeBackend } from '@remctl/native-backend';
import { createPureBackend } from '@remctl/pure-backend';
import { startProtocol1Proxy } from '@remctl/realm';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Execute } from '../src/execute.js';
import { echo, manualExecute } from './support/commands.js';
import { command, NOOP, said } from './support/messages.js';
import { connectRaw, type RawClient } from './support/raw-client.js';
import { remctl, startRemctl } from './support/remctl.js';
import { createTestServer, type StartedServer, startServer } from './support/start-server.js';
import { until } from './support/until.js';
import { useRealm } from './support/use-realm.js';

const realm = useRealm();
beforeAll(() => realm.useHere());

const both: Execute = async (client, words, reply) => {
  await reply.output(1, Buffer.from(`${words.map((each) => Buffer.from(each)).join(' ')}\n`));
  await reply.output(2, Buffer.from(`${client.principal}\n`));
  reply.status(7);
};

describe('the C client', () => {
  test('gets the output of both streams, and the status', async () => {
    const server = await startServer(realm, both);
    expect(await remctl(realm, server.port, ['test', 'hello'])).toEqual({
      stdout: 'test hello\n',
      stderr: `${realm.principals.client}\n`,
      status: 7,
    });
    expect(server.records).toEqual([]);
  });

  test('runs twenty times at once', async () => {
    const server = await startServer(realm, echo);
    const words = Array.from({ length: 20 }, (_, at) => `client${at}`);
    const ended = await Promise.all(
      words.map((word) => remctl(realm, server.port, ['test', word])),
    );
    expect(ended.map(({ stdout }) => stdout)).toEqual(words.map((word) => `test ${word}`));
  });

  test('sends 4,096 arguments, and arguments of some hundred thousand bytes', async () => {
    const lengths: Execute = async (_client, words, reply) => {
      const bytes = words.reduce((sum, each) => sum + each.length, 0);
      await reply.output(1, Buffer.from(`${words.length} ${bytes}`));
      reply.status(0);
    };
    const server = await startServer(realm, lengths);
    const many = ['test', ...Array<string>(4095).fill('x')];
    expect(await remctl(realm, server.port, many)).toMatchObject({ stdout: '4096 4099' });
    const large = ['test', 'a'.repeat(100_000), '', 'b'.repeat(100_000)];
    expect(await remctl(realm, server.port, large)).toMatchObject({ stdout: '4 200004' });
    expect(await remctl(realm, server.port, [...many, 'x'])).toMatchObject({
      stderr: 'Too many arguments\n',
    });
  });

  test('gets 20 MB of output', async () => {
    const output = Buffer.alloc(20_000_000, 'remctl ');
    const server = await startServer(realm, async (_client, _words, reply) => {
      await reply.output(1, output);
      reply.status(0);
    });
    const { stdout } = await remctl(realm, server.port, ['test']);
    expect(stdout === output.toString()).toBe(true);
  });

  test('aborts its command when it is killed', async () => {
    const { execute, begun, running } = manualExecute();
    const server = await startServer(realm, execute);
    const client = startRemctl(realm, server.port, ['test']);
    await until(() => begun.length === 1);
    client.kill('SIGKILL');
    await until(() => running() === 0 && server.connections === 0);
    expect(server.records).toMatchObject([
      { type: 'connection', principal: realm.principals.client, address: '127.0.0.1' },
    ]);
  });

  test('speaks protocol 1 if it is allowed', async () => {
    const server = await startServer(realm, both, { protocol1: true });
    await using proxy = await startProtocol1Proxy(server.port);
    expect(await remctl(realm, proxy.port, ['test', 'hello'])).toEqual({
      stdout: `test hello\n${realm.principals.client}\n`,
      stderr: '',
      status: 7,
    });
    const refusing: Execute = async (_client, _words, reply) => reply.error(6, 'Access denied');
    const other = await startServer(realm, refusing, { protocol1: true });
    await using otherProxy = await startProtocol1Proxy(other.port);
    expect(await remctl(realm, otherProxy.port, ['test'])).toMatchObject({
      stdout: 'Access denied\n',
      status: 255,
    });
  });

  test('is refused in protocol 1 otherwise', async () => {
    const server = await startServer(realm, both);
    await using proxy = await startProtocol1Proxy(server.port);
    const { stdout, status } = await remctl(realm, proxy.port, ['test', 'hello']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(server.records).toMatchObject([{ reason: expect.stringMatching('protocol 1') }]);
  });

  test('is told of its wrong clock', async () => {
    const server = await startServer(realm, both, { now: () => Date.now() + 3_600_000 });
    const { stderr, status } = await remctl(realm, server.port, ['test']);
    expect(stderr).toContain('Clock skew too great');
    expect(status).toBe(1);
    expect(server.records).toMatchObject([
      { type: 'connection', reason: expect.stringMatching(/differs by 3\d+ seconds/) },
    ]);
    const lenient = await startServer(realm, both, {
      now: () => Date.now() + 3_600_000,
      clockskew: 7200,
    });
    expect(await remctl(realm, lenient.port, ['test'])).toMatchObject({ status: 7 });
  });
});

describe.each([
  ['pure', () => createPureBackend()],
  ['native', () => createNativeBackend()],
] as const)('the backend %s', (_name, backend) => {
  async function open(server: StartedServer) {
    const client = new Remctl(backend());
    onTestFinished(() => client.close());
    await client.open({ host: 'localhost', port: server.port });
    return client;
  }

  test('runs many commands on one connection, and NOOPs', async () => {
    const server = await startServer(realm, echo);
    const client = await open(server);
    for (let at = 0; at < 50; at += 1) {
      const { stdout, status } = await client.run(['say', String(at)]).text();
      expect({ stdout, status }).toEqual({ stdout: `say ${at}`, status: 2 });
      await client.noop();
    }
    expect(server.connections).toBe(1);
    await client.close();
    await until(() => server.connections === 0);
    expect(server.records).toEqual([]);
  });

  test('sends 10 MB of arguments', async () => {
    const server = await startServer(realm, async (_client, words, reply) => {
      await reply.output(1, Buffer.from(String(words[1]?.length)));
      reply.status(words[1]?.every((byte) => byte === 7) === true ? 0 : 1);
    });
    const client = await open(server);
    const result = await client.run(['test', Buffer.alloc(10_000_000, 7)]).text();
    expect(result).toMatchObject({ stdout: '10000000', status: 0 });
  });
});

test('two hundred clients at once are served', async () => {
  const server = await startServer(realm, echo);
  const clients = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const client = new Remctl(createPureBackend());
      await client.open({ host: 'localhost', port: server.port });
      return client;
    }),
  );
  onTestFinished(async () => {
    await Promise.all(clients.map((each) => each.close()));
  });
  const results = await Promise.all(
    clients.map((client, at) => client.run(['say', String(at)]).text()),
  );
  expect(results.map(({ stdout }) => stdout)).toEqual(clients.map((_, at) => `say ${at}`));
  expect(server.connections).toBe(200);
});

/** Makes the context token of a client. */
async function request(options: Partial<InitiatorOptions> = {}) {
  const principal = realm.principals.server;
  const context = createInitiatorContext({ principal, state: createKrb5State(), ...options });
  const { token } = await context.step();
  if (token === undefined) {
    throw new Error('no token');
  }
  return { context, token };
}

/** Sends a context token. */
async function sendRequest(server: StartedServer, token: Uint8Array): Promise<RawClient> {
  const client = await connectRaw(server.port);
  client.send(FIRST_TOKEN_FLAGS);
  client.send(CONTEXT_TOKEN_FLAGS, token);
  return client;
}

async function answerTo(client: RawClient, context: InitiatorContext): Promise<void> {
  const answer = await client.next();
  expect(answer?.flags).toBe(CONTEXT_TOKEN_FLAGS);
  await context.step(answer?.payload);
}

describe('the context', () => {
  test.each([
    ['confidentiality', ALL_FLAGS & ~ContextFlag.CONF],
    ['integrity', ALL_FLAGS & ~ContextFlag.INTEG],
    ['mutual authentication', ALL_FLAGS & ~ContextFlag.MUTUAL],
  ])('must have %s, in protocol 1 too', async (_name, flags) => {
    for (const mask of [0, TokenFlag.PROTOCOL]) {
      const { execute, begun } = manualExecute();
      const server = await startServer(realm, execute, { protocol1: true });
      const { token, context } = await request({ flags });
      const client = await connectRaw(server.port);
      client.send(FIRST_TOKEN_FLAGS & ~mask);
      client.send(CONTEXT_TOKEN_FLAGS & ~mask, token);
      if ((flags & ContextFlag.MUTUAL) === 0) {
        client.message(context.wrap(command(['never'])));
      } else {
        expect((await client.next())?.flags).toBe(CONTEXT_TOKEN_FLAGS & ~mask);
      }
      await client.ended();
      expect(begun).toEqual([]);
      expect(server.records).toMatchObject([
        { reason: 'client did not negotiate appropriate GSS-API flags' },
      ]);
    }
  });

  test('is refused to a request that another server of the process has taken', async () => {
    const [one, other] = [await startServer(realm, echo), await startServer(realm, echo)];
    const { token, context } = await request();
    await answerTo(await sendRequest(one, token), context);
    for (const server of [one, other]) {
      const client = await sendRequest(server, token);
      const answer = await client.next();
      expect(answer?.flags).toBe(CONTEXT_TOKEN_FLAGS);
      await client.ended();
      expect(server.records).toMatchObject([
        { reason: expect.stringMatching('this request has come before') },
      ]);
    }
  });

  test('gets KRB-ERROR in protocol 1 with the flags of protocol 1', async () => {
    const server = await startServer(realm, echo, {
      protocol1: true,
      principal: realm.principals.otherServer,
    });
    const { token } = await request();
    const client = await connectRaw(server.port);
    client.send(FIRST_TOKEN_FLAGS & ~TokenFlag.PROTOCOL);
    client.send(TokenFlag.CONTEXT, token);
    expect((await client.next())?.flags).toBe(TokenFlag.CONTEXT);
    await client.ended();
  });

  test('is refused to a token that is not of Kerberos, without an answer', async () => {
    const server = await startServer(realm, echo);
    const client = await sendRequest(server, Buffer.from('hello'));
    await client.ended();
    expect(server.records).toMatchObject([
      { reason: expect.stringMatching('^GSS-API error while accepting context: ') },
    ]);
  });

  test('opens no message that was sent in the clear', async () => {
    const { execute, begun } = manualExecute();
    const server = await startServer(realm, execute);
    const { token, context } = await request();
    const client = await sendRequest(server, token);
    client.message(command(['never']));
    await answerTo(client, context);
    const [answer = Buffer.alloc(0)] = await client.messages(1);
    expect(said(context.unwrap(answer))).toBe('error 2: Invalid token');
    await client.ended();
    expect(begun).toEqual([]);
  });

  test('opens no message twice', async () => {
    const server = await startServer(realm, echo);
    const { token, context } = await request();
    const client = await sendRequest(server, token);
    await answerTo(client, context);
    const message = context.wrap(NOOP);
    client.message(message, message);
    const answers = await client.messages(2);
    expect(answers.map((each) => said(context.unwrap(each)))).toEqual([
      'noop 3',
      'error 2: Invalid token',
    ]);
  });
});

describe('the principal', () => {
  test('may be any of the keytab', async () => {
    const server = await startServer(realm, echo);
    for (const principal of [realm.principals.server, realm.principals.otherServer]) {
      const { token, context } = await request({ principal });
      await answerTo(await sendRequest(server, token), context);
    }
  });

  test.each([
    ['with a realm', (name: string) => name],
    ['in the default realm', (name: string) => name.replace(/@.*/, '')],
  ])('may be one alone, named %s', async (_name, named) => {
    const { otherServer } = realm.principals;
    const server = await startServer(realm, echo, { principal: named(otherServer) });
    const { token, context } = await request({ principal: otherServer });
    await answerTo(await sendRequest(server, token), context);
    const { stderr } = await remctl(realm, server.port, ['test']);
    expect(stderr).toContain('GSS-API error');
    expect(server.records).toHaveLength(1);
  });
});

test('a new key works without a restart, and the former one goes on working', async () => {
  const keytab = join(realm.folder, 'changing.keytab');
  const service = 'changing/localhost';
  await realm.kadmin(`addprinc -randkey ${service}`);
  await realm.kadmin(`ktadd -k ${keytab} ${service}`);
  const server = await startServer(realm, echo, { keytab });
  const open = async (ccache: string) => {
    const { token, context } = await request({
      principal: `${service}@${realm.name}`,
      credentials: { type: 'ccache', ccache },
    });
    await answerTo(await sendRequest(server, token), context);
  };
  const before = await realm.kinit();
  await open(before);
  await realm.kadmin(`ktadd -k ${keytab} ${service}`);
  await open(await realm.kinit());
  await open(before);
  expect(server.records).toEqual([]);
});

describe('listen', () => {
  test('gives the address, and may be called once', async () => {
    const { server } = createTestServer(realm, echo);
    onTestFinished(() => server.close());
    const address = await server.listen({ port: 0, host: '127.0.0.1' });
    expect(address).toEqual({ host: '127.0.0.1', port: expect.any(Number) });
    await expect(server.listen({ port: 0 })).rejects.toThrow('this server listens already');
    await server.close();
    await expect(server.listen({ port: 0 })).rejects.toThrow('this server is closed');
  });

  test('listens on every address without a host', async () => {
    const { server } = createTestServer(realm, both);
    onTestFinished(() => server.close());
    const { port } = await server.listen({ port: 0 });
    // An IPv4 client of a socket for both kinds has its plain IPv4 address.
    const { execute, begun } = manualExecute();
    const { server: other } = createTestServer(realm, execute);
    onTestFinished(() => other.close());
    const listening = await other.listen({ port: 0 });
    startRemctl(realm, listening.port, ['test']);
    await until(() => begun.length === 1);
    expect(begun[0]?.client.address).toMatch(/^(127\.0\.0\.1|::1)$/);
    begun[0]?.end();
    expect(await remctl(realm, port, ['test'])).toMatchObject({ status: 7 });
  });

  test('says which port is taken, and can be called again after that', async () => {
    const taken = createTcpServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      taken.close();
    });
    const { port } = taken.address() as { port: number };
    const { server } = createTestServer(realm, echo);
    onTestFinished(() => server.close());
    const listening = server.listen({ port, host: '127.0.0.1' });
    await expect(listening).rejects.toThrow(
      `another program listens on 127.0.0.1 port ${port}: stop it, or choose another port`,
    );
    await expect(listening).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await server.listen({ port: 0, host: '127.0.0.1' });
  });

  test.each([
    [
      'a name that does not exist',
      'no-such-host.invalid',
      /cannot be resolved: check its spelling/,
    ],
    ['an address of another machine', '192.0.2.1', /does not have the address/],
  ])('says what is wrong with %s', async (_name, host, message) => {
    const { server } = createTestServer(realm, echo);
    await expect(server.listen({ port: 0, host })).rejects.toThrow(message);
  });

  test.each([
    [{ port: -1 }, RangeError],
    [{ port: 65_536 }, RangeError],
    [{ port: 1.5 }, RangeError],
    [{ port: '4373' }, TypeError],
    [{ host: '' }, RangeError],
    [{ host: 1 }, TypeError],
    [null, TypeError],
  ])('refuses %j', async (options, kind) => {
    const { server } = createTestServer(realm, echo);
    await expect(server.listen(options as object)).rejects.toThrow(kind);
  });

  test('is an error if the keytab or the commands cannot be used', async () => {
    const keytab = join(realm.folder, 'missing.keytab');
    const { server } = createTestServer(realm, echo, { keytab });
    await expect(server.listen({ port: 0 })).rejects.toThrow(`the keytab ${keytab} does not exist`);
    copyFileSync(realm.keytabs.server, keytab);
    onTestFinished(() => server.close());
    await server.listen({ port: 0, host: '127.0.0.1' });
  });
});

describe('close', () => {
  test('ends the server: nobody listens, and nothing is left', async () => {
    const server = await startServer(realm, echo);
    const { port } = server;
    const client = await connectRaw(port);
    await Promise.all([server.close(), server.close()]);
    await client.ended();
    expect(server.connections).toBe(0);
    const error = await new Promise((resolve) => {
      connect(port, '127.0.0.1').once('error', resolve);
    });
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    await server.close();
  });

  test('may come before listen, and during it', async () => {
    const { server } = createTestServer(realm, echo);
    await server.close();
    await expect(server.listen({ port: 0 })).rejects.toThrow('closed');
    const { server: other } = createTestServer(realm, echo);
    const listening = other.listen({ port: 0, host: '127.0.0.1' });
    const refused = expect(listening).rejects.toThrow('this server is closed');
    await other.close();
    await refused;
  });

  test('waits for a running command of a real client', async () => {
    const { execute, begun } = manualExecute();
    const server = await startServer(realm, execute);
    const client = remctl(realm, server.port, ['test']);
    await until(() => begun.length === 1);
    const closed = server.close();
    await begun[0]?.reply.output(1, Buffer.from('done\n'));
    begun[0]?.reply.status(0);
    begun[0]?.end();
    expect(await client).toEqual({ stdout: 'done\n', stderr: '', status: 0 });
    await closed;
  });

  test('is what await using does', async () => {
    let port = 0;
    {
      await using server = createTestServer(realm, echo).server;
      ({ port } = await server.listen({ port: 0, host: '127.0.0.1' }));
    }
    const error = await new Promise((resolve) => {
      connect(port, '127.0.0.1').once('error', resolve);
    });
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });
});

test('drop ends a real client’s command, and another connection works', async () => {
  const { execute, begun } = manualExecute();
  const server = await startServer(realm, execute);
  const client = remctl(realm, server.port, ['test']);
  await until(() => begun.length === 1);
  server.drop();
  expect(await client).toMatchObject({ status: 1, stderr: expect.stringMatching('end of file') });
  void remctl(realm, server.port, ['test']);
  await until(() => begun.length === 2);
});
