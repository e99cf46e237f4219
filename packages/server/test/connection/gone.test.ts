/** Clients that go away while their command runs, or while they send. */
import { Continue, MESSAGE_TOKEN_FLAGS, TokenFlag } from '@remctl/core/wire';
import { describe, expect, test } from 'vitest';
import { manualExecute } from '../support/commands.js';
import { command, commandData, commandMessage, said } from '../support/messages.js';
import { startPlainService } from '../support/plain-service.js';
import { openRaw } from '../support/raw-client.js';
import { turns } from '../support/turns.js';
import { until } from '../support/until.js';

/** Starts a server and a client with one running command. */
async function runOne(options: { readonly protocol?: 1 | 2; readonly keepAlive?: number } = {}) {
  const { protocol = 2, keepAlive = 1 } = options;
  const { execute, begun, running } = manualExecute();
  const service = await startPlainService({ execute, protocol1: true });
  const client = await openRaw(service.port, { protocol });
  if (protocol === 1) {
    client.send(TokenFlag.DATA, commandData(['one']));
  } else {
    client.message(command(['one'], { keepAlive }));
  }
  await until(() => begun.length === 1);
  const [first] = begun;
  if (first === undefined) {
    throw new Error('no command has begun');
  }
  return { ...service, client, begun, running, first };
}

const kinds = [
  ['protocol 2', { protocol: 2 }],
  ['protocol 2 without keep-alive', { protocol: 2, keepAlive: 0 }],
  ['protocol 1', { protocol: 1 }],
] as const;

describe.each(kinds)('%s', (_name, options) => {
  test.each([
    ['resets the connection', 'resetAndDestroy'],
    ['is killed', 'destroy'],
  ] as const)('a client that %s aborts its command', async (_how, end) => {
    const { client, running, first, connections, records } = await runOne(options);
    client.socket[end]();
    await until(() => running() === 0 && connections.count === 0);
    expect(first.signal.reason).toMatchObject({
      name: 'AbortError',
      message: 'the client went away',
    });
    expect(records).toEqual([
      expect.objectContaining({
        type: 'connection',
        principal: 'alice@TEST',
        reason: 'the client went away while its command ran: unexpected end of file',
      }),
    ]);
    // All of the answer's parts do nothing now.
    await first.reply.output(1, Buffer.alloc(1_000_000));
    first.reply.status(0);
  });

  test('a client that has ended its half gets its answer all the same', async () => {
    const { client, first, connections } = await runOne(options);
    client.socket.end();
    // The server looks three times in this time whether the client is there.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(first.signal.aborted).toBe(false);
    await first.reply.output(1, Buffer.from('still there'));
    first.reply.status(3);
    first.end();
    if (options.protocol === 2) {
      expect((await client.messages(2)).map(said)).toEqual(['output 1: still there', 'status 3']);
    } else {
      const token = await client.next();
      expect(token?.flags).toBe(TokenFlag.DATA);
      expect(
        Buffer.from(token?.payload ?? [])
          .subarray(8)
          .toString(),
      ).toBe('still there');
    }
    await client.ended();
    await until(() => connections.count === 0);
  });
});

test.each([1, 2] as const)(
  'a command that goes on printing after its client has gone leaves others their turn: protocol %s',
  async (protocol) => {
    let stop = false;
    let printed = 0;
    const { port, connections } = await startPlainService({
      protocol1: true,
      execute: async (_client, _command, reply) => {
        while (!stop) {
          await reply.output(1, Buffer.alloc(1000));
          printed += 1;
        }
      },
    });
    const client = await openRaw(port, { protocol });
    const data = commandData(['x']);
    client.send(
      protocol === 1 ? TokenFlag.DATA : MESSAGE_TOKEN_FLAGS,
      protocol === 1 ? data : commandMessage(data),
    );
    await until(() => printed > 0);
    client.socket.destroy();
    await turns();
    expect(connections.count).toBe(1);
    stop = true;
    await until(() => connections.count === 0);
  },
);

test.each(kinds)(
  '%s: nothing follows the answer of a command that takes its time to end',
  async (_, options) => {
    const { client, first } = await runOne(options);
    first.reply.status(3);
    expect(await client.next()).toBeDefined();
    client.socket.end();
    // The server looks three times in this time whether the client is there.
    await new Promise((resolve) => setTimeout(resolve, 300));
    first.end();
    await client.ended();
  },
);

test('commands that were sent before the end of a client’s half run', async () => {
  const { client, begun } = await runOne();
  client.message(command(['two']));
  client.socket.end();
  begun[0]?.reply.status(1);
  begun[0]?.end();
  await until(() => begun.length === 2);
  begun[1]?.reply.status(2);
  begun[1]?.end();
  expect((await client.messages(2)).map(said)).toEqual(['status 1', 'status 2']);
  await client.ended();
});

test('commands of a client that is gone do not begin', async () => {
  const { client, begun, running, connections } = await runOne();
  client.message(command(['two']), command(['three']));
  client.socket.destroy();
  await until(() => running() === 0 && connections.count === 0);
  expect(begun.map(({ words }) => words)).toEqual([['one']]);
});

test('a killed client that has sent more ahead than is read is noticed', async () => {
  const { client, running, connections } = await runOne();
  const large = command(['x'.repeat(60_000)]);
  client.message(...Array(5).fill(large));
  await until(() => client.socket.writableLength === 0);
  client.socket.destroy();
  await until(() => running() === 0 && connections.count === 0);
});

test.each([['end'], ['resetAndDestroy']] as const)(
  'a client that goes away inside a command leaves nothing behind: %s',
  async (end) => {
    const { execute, begun } = manualExecute();
    const limits = { allCommandBytes: 100 };
    const { port, connections, records } = await startPlainService({ execute, limits });
    for (let round = 0; round < 3; round += 1) {
      const client = await openRaw(port);
      client.message(command(['x'.repeat(60)], { status: Continue.FIRST }));
      await turns();
      client.socket[end]();
      await until(() => connections.count === 0);
    }
    expect(begun).toEqual([]);
    // A budget that was not given back would refuse the later rounds.
    expect(records.map((each) => each.type)).toEqual(Array(3).fill('connection'));
  },
);

test('a client that is cut off anywhere in its commands leaves nothing behind', async () => {
  const { execute, begun } = manualExecute();
  const { port, connections } = await startPlainService({
    execute: async (...args) => {
      const done = execute(...args);
      begun.at(-1)?.end();
      await done;
    },
  });
  const one = await openRaw(port);
  one.socket.destroy();
  const bytes = Buffer.concat([
    Buffer.of(0x44, 0, 0, 0, 21),
    command(['hello', 'you']),
    Buffer.of(0x44, 0, 0, 0, 2, 3, 7),
  ]);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const client = await openRaw(port);
    client.socket.end(bytes.subarray(0, cut));
    while ((await client.next()) !== undefined) {
      // The answers do not matter here.
    }
  }
  await until(() => connections.count === 0);
});
