/** Protocol 1: one command, its confirmation and its answer. */
import { COMMAND_TOKEN_FLAGS_V1, MESSAGE_MAX_LENGTH, TokenFlag } from '@remctl/core/wire';
import { describe, expect, test } from 'vitest';
import type { Execute } from '../../src/execute.js';
import { echo } from '../support/commands.js';
import { commandData } from '../support/messages.js';
import { MIC_START, startPlainService, UNREADABLE } from '../support/plain-service.js';
import { openRaw } from '../support/raw-client.js';

async function open(execute: Execute = echo) {
  const service = await startPlainService({ execute, protocol1: true });
  return { ...service, client: await openRaw(service.port, { protocol: 1 }) };
}

type Client = Awaited<ReturnType<typeof openRaw>>;

/** Reads the answer, after which the server ends the connection. */
async function answer(client: Client): Promise<{ status: number; output: string }> {
  const token = await client.next();
  const payload = Buffer.from(token?.payload ?? []);
  expect(token?.flags).toBe(TokenFlag.DATA);
  expect(payload.readUInt32BE(4)).toBe(payload.length - 8);
  await client.ended();
  return { status: payload.readInt32BE(0), output: payload.subarray(8).toString() };
}

test('a command is confirmed, then answered, and the connection ends', async () => {
  const { client, records } = await open(async (_client, [name = new Uint8Array()], reply) => {
    await reply.output(1, Buffer.from(name));
    await reply.output(2, Buffer.from(' err'));
    await reply.output(1, Buffer.from(' out'));
    reply.status(200);
  });
  const command = commandData(['test', 'hello']);
  client.send(COMMAND_TOKEN_FLAGS_V1, command);
  expect(await client.next()).toEqual({
    flags: TokenFlag.MIC,
    payload: Buffer.concat([Buffer.from(MIC_START), command]),
  });
  expect(await answer(client)).toEqual({ status: 200, output: 'test err out' });
  expect(records).toEqual([]);
});

test('a client that does not ask for a confirmation gets none', async () => {
  const { client } = await open();
  client.send(TokenFlag.DATA, commandData(['one', 'two']));
  expect(await answer(client)).toEqual({ status: 2, output: 'one two' });
});

test('a second command is not run', async () => {
  const ran: string[] = [];
  const { client } = await open(async (_client, [name = new Uint8Array()], reply) => {
    ran.push(Buffer.from(name).toString());
    reply.status(0);
  });
  client.send(TokenFlag.DATA, commandData(['one']));
  client.send(TokenFlag.DATA, commandData(['two']));
  expect(await answer(client)).toEqual({ status: 0, output: '' });
  expect(ran).toEqual(['one']);
});

test('output beyond one message is dropped', async () => {
  const { client } = await open(async (_client, _command, reply) => {
    for (let at = 0; at < 100; at += 1) {
      await reply.output(at % 2 === 0 ? 1 : 2, Buffer.alloc(1000, String(at % 10)));
    }
    reply.status(0);
  });
  client.send(TokenFlag.DATA, commandData(['x']));
  const { output } = await answer(client);
  const all = Array.from({ length: 100 }, (_, at) => String(at % 10).repeat(1000)).join('');
  expect(output).toBe(all.slice(0, MESSAGE_MAX_LENGTH - 8));
});

test('a command whose output is dropped lets others have their turn', async () => {
  let stop = false;
  const { client } = await open(async (_client, _command, reply) => {
    while (!stop) {
      await reply.output(1, Buffer.alloc(100_000));
    }
    reply.status(0);
  });
  client.send(TokenFlag.DATA, commandData(['x']));
  setTimeout(() => {
    stop = true;
  }, 1);
  expect((await answer(client)).status).toBe(0);
});

test('an error replaces the output', async () => {
  const { client } = await open(async (_client, _command, reply) => {
    await reply.output(1, Buffer.from('out'));
    reply.error(6, 'Access denied');
  });
  client.send(TokenFlag.DATA, commandData(['x']));
  expect(await answer(client)).toEqual({ status: -1, output: 'Access denied\n' });
});

describe('what cannot be a command', () => {
  test.each([
    ['no arguments', commandData([]), 'Unknown command'],
    ['too many arguments', commandData(Array(4097).fill('')), 'Too many arguments'],
    ['wrong lengths', Buffer.of(0, 0, 0, 1), 'Invalid command token'],
    ['two bytes', Buffer.of(0, 0), 'Invalid command token'],
    ['more than 64 KiB', Buffer.alloc(MESSAGE_MAX_LENGTH + 1), 'Too much data'],
    ['a token that cannot be opened', UNREADABLE, 'Invalid token'],
  ])('%s', async (_name, payload, text) => {
    const { client, records } = await open();
    client.send(TokenFlag.DATA, payload);
    expect(await answer(client)).toEqual({ status: -1, output: `${text}\n` });
    expect(records).toHaveLength(1);
  });

  test('a token that is too large', async () => {
    const { client } = await open();
    client.socket.write(Buffer.of(TokenFlag.DATA, 0, 0x10, 0, 1));
    expect(await answer(client)).toEqual({ status: -1, output: 'Too much data\n' });
  });
});
