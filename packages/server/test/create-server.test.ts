/** A server from its options, with functions as commands. */
import { Remctl } from '@remctl/core';
import { createPureBackend } from '@remctl/pure-backend';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createServer } from '../src/create-server.js';
import type { LogRecord } from '../src/log/record.js';
import type { ServerOptions } from '../src/server-options.js';
import { remctl } from './support/remctl.js';
import { until } from './support/until.js';
import { useRealm } from './support/use-realm.js';

const realm = useRealm();
beforeAll(() => realm.useHere());

async function start(options: Partial<ServerOptions> = {}) {
  const records: LogRecord[] = [];
  const server = createServer({
    keytab: realm.keytabs.server,
    commands: [],
    log: (record) => records.push(record),
    ...options,
  });
  onTestFinished(() => {
    server.drop();
    return server.close();
  });
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  return { server, port, records };
}

test('a function is a command', async () => {
  const { port, records } = await start({
    commands: [
      {
        command: 'test',
        subcommand: 'whoami',
        access: [`princ:${realm.principals.client}`],
        run: async ({ principal, address, command, stdout, stderr, expires }) => {
          await stdout.write(`${principal} from ${address}\n`);
          await stderr.write(`${command.length} words\n`);
          return expires.getTime() > Date.now() ? 3 : 4;
        },
      },
    ],
  });
  expect(await remctl(realm, port, ['test', 'whoami', 'x'])).toEqual({
    stdout: `${realm.principals.client} from 127.0.0.1\n`,
    stderr: '3 words\n',
    status: 3,
  });
  expect(await remctl(realm, port, ['test', 'other'])).toMatchObject({
    stderr: 'Unknown command\n',
  });
  expect(records).toMatchObject([
    { type: 'command', command: ['test', 'whoami', 'x'] },
    { type: 'command', command: ['test', 'other'] },
    { type: 'refused', code: 5 },
  ]);
});

test('a function streams its output, and a client that goes away ends it', async () => {
  let ended: unknown;
  const { port } = await start({
    commands: [
      {
        command: 'stream',
        access: ['ANYUSER'],
        async *run({ signal }) {
          try {
            for (let at = 0; ; at += 1) {
              yield `line ${at}\n`;
              signal.throwIfAborted();
            }
          } finally {
            ended = signal.reason;
          }
        },
      },
    ],
  });
  const client = new Remctl(createPureBackend());
  await client.open({ host: 'localhost', port });
  await client.command(['stream']);
  let lines = '';
  while (lines.length < 1_000_000) {
    const token = await client.output();
    lines += token.type === 'output' ? Buffer.from(token.output).toString() : '';
  }
  expect(
    lines
      .split('\n')
      .slice(0, -1)
      .every((line, at) => line === `line ${at}`),
  ).toBe(true);
  await client.close();
  await until(() => ended !== undefined);
});

test('a log that throws becomes a warning, and ends nothing', async () => {
  const warnings: unknown[] = [];
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => {
    warnings.push(warning);
  });
  onTestFinished(() => warn.mockRestore());
  const { port } = await start({
    log: () => {
      throw new Error('disk full');
    },
    commands: [{ command: 'test', access: ['ANYUSER'], run: () => 'hello\n' }],
  });
  expect(await remctl(realm, port, ['test'])).toMatchObject({ stdout: 'hello\n', status: 0 });
  expect(warnings).toHaveLength(1);
});

describe('options', () => {
  const options = { keytab: '/etc/krb5.keytab', commands: [] };
  test.each([
    [undefined, TypeError, 'the options of createServer() must be an object'],
    [
      { ...options, protocl1: true },
      TypeError,
      'the options of createServer(): there is no option "protocl1": did you mean protocol1?',
    ],
    [
      { ...options, port: 1 },
      TypeError,
      'there is no option "port": give it to listen() of the server',
    ],
    [{ ...options, handshake: 1 }, TypeError, 'there is no option "handshake": give it in limits'],
    [{ ...options, keytab: undefined }, TypeError, 'keytab must be a string'],
    [{ ...options, keytab: '' }, RangeError, 'keytab must not be empty'],
    [{ ...options, principal: 7 }, TypeError, 'principal must be a string'],
    [{ ...options, commands: undefined }, TypeError, 'commands must be an array'],
    [{ ...options, commands: [{}] }, TypeError, 'command of commands[0] must be a string'],
    [{ ...options, protocol1: 'no' }, TypeError, 'protocol1 must be true or false'],
    [{ ...options, log: 'file' }, TypeError, 'log must be a function'],
    [{ ...options, limits: { silence: 0 } }, RangeError, 'limits.silence'],
    [{ ...options, clockskew: '300' }, TypeError, 'clockskew must be a number of seconds'],
    [{ ...options, clockskew: -1 }, RangeError, 'clockskew must be a number of seconds from 0 on'],
    [{ ...options, clockskew: Number.NaN }, RangeError, 'clockskew must be'],
    [{ ...options, now: 5 }, TypeError, 'now must be a function'],
  ])('%# are checked before anything happens', (given, kind, message) => {
    const create = () => createServer(given as unknown as ServerOptions);
    expect(create).toThrow(kind);
    expect(create).toThrow(message);
  });

  test('a principal that is no name is an error of listen', async () => {
    const server = createServer({ ...options, principal: 'a@b@c' });
    await expect(server.listen({ port: 0 })).rejects.toThrow('the principal "a@b@c"');
  });
});
