/** The messages of protocols 2 and 3, and what follows each. */
import { Continue, MESSAGE_MAX_LENGTH, TOKEN_MAX_LENGTH, TokenFlag } from '@remctl/core/wire';
import { describe, expect, test } from 'vitest';
import { echo, manualExecute } from '../support/commands.js';
import { command, commandData, commandMessage, NOOP, QUIT, said } from '../support/messages.js';
import {
  MIC_START,
  type PlainOptions,
  startPlainService,
  UNREADABLE,
} from '../support/plain-service.js';
import { openRaw } from '../support/raw-client.js';
import { until } from '../support/until.js';

const { FIRST, MIDDLE, LAST } = Continue;

async function open(options: PlainOptions = {}) {
  const service = await startPlainService({ execute: echo, ...options });
  return { ...service, client: await openRaw(service.port) };
}

/** Sends messages, and gives what the server says to them. */
async function answers(count: number, messages: Uint8Array[], options?: PlainOptions) {
  const opened = await open(options);
  opened.client.message(...messages);
  const given = await opened.client.messages(count);
  return { ...opened, said: given.map(said) };
}

test('commands are answered in their order, however many were sent ahead', async () => {
  const commands = Array.from({ length: 50 }, (_, at) => command(['say', String(at)]));
  const { said: lines } = await answers(100, commands);
  expect(lines).toEqual(commands.flatMap((_, at) => [`output 1: say ${at}`, 'status 2']));
});

test('a command begins when the one before it has ended', async () => {
  const { execute, begun, running } = manualExecute();
  const { client } = await open({ execute });
  client.message(command(['one']), command(['two']));
  await until(() => begun.length === 1);
  begun[0]?.reply.status(1);
  expect((await client.messages(1)).map(said)).toEqual(['status 1']);
  expect(begun).toHaveLength(1);
  begun[0]?.end();
  await until(() => begun.length === 2);
  expect(running()).toBe(1);
  begun[1]?.reply.status(2);
  expect((await client.messages(1)).map(said)).toEqual(['status 2']);
});

test('a command knows its client', async () => {
  const { execute, begun } = manualExecute();
  const { client } = await open({ execute });
  client.message(command(['one', '']));
  await until(() => begun.length === 1);
  expect(begun[0]?.client).toEqual({
    principal: 'alice@TEST',
    address: '127.0.0.1',
    expires: new Date(2_000_000_000_000),
  });
  expect(begun[0]?.words).toEqual(['one', '']);
});

test('a command may come in pieces, in protocol 3 too', async () => {
  const data = commandData(['a', 'b', 'c']);
  const pieces = [...data].map((byte, at) =>
    commandMessage(Buffer.of(byte), {
      version: 3,
      status: at === 0 ? FIRST : at === data.length - 1 ? LAST : MIDDLE,
    }),
  );
  expect((await answers(2, pieces)).said).toEqual(['output 1: a b c', 'status 3']);
});

test('without keep-alive the server ends the connection after the answer', async () => {
  const {
    said: lines,
    client,
    records,
  } = await answers(2, [command(['last'], { keepAlive: 0 }), command(['never'])]);
  expect(lines).toEqual(['output 1: last', 'status 1']);
  await client.ended();
  expect(records).toEqual([]);
});

test('the keep-alive flag of a command’s last message counts', async () => {
  const data = commandData(['a']);
  const first = commandMessage(data.subarray(0, 3), { keepAlive: 0, status: FIRST });
  const last = commandMessage(data.subarray(3), { keepAlive: 1, status: LAST });
  expect((await answers(3, [first, last, NOOP])).said).toEqual([
    'output 1: a',
    'status 1',
    'noop 3',
  ]);
});

describe('messages after which the connection goes on', () => {
  const big = Buffer.alloc(MESSAGE_MAX_LENGTH);
  test.each([
    ['NOOP', [NOOP], 'noop 3'],
    ['NOOP of version 2', [Buffer.of(2, 7)], 'noop 3'],
    ['version 1', [Buffer.of(1, 1, 1, 0)], 'version 3'],
    ['version 4', [Buffer.of(4, 99)], 'version 3'],
    ['version 0 of QUIT', [Buffer.of(0, 2)], 'version 3'],
    ['an unknown type', [Buffer.of(2, 99)], 'error 3: Unknown message'],
    ['a message of a server', [Buffer.of(2, 4, 0)], 'error 3: Unknown message'],
    ['a single byte', [Buffer.of(2)], 'error 3: Unknown message'],
    ['no arguments', [command([])], 'error 5: Unknown command'],
    ['a header without data', [commandMessage(new Uint8Array())], 'error 4: Invalid command token'],
    ['half a header', [Buffer.of(2, 1, 1)], 'error 4: Invalid command token'],
    ['wrong lengths', [commandMessage(Buffer.of(0, 0, 0, 1))], 'error 4: Invalid command token'],
    ['a bad continue status', [command(['a'], { status: 4 })], 'error 4: Invalid command token'],
    [
      'a middle without a beginning',
      [command(['a'], { status: MIDDLE })],
      'error 4: Invalid command token',
    ],
    [
      'an end without a beginning',
      [command(['a'], { status: LAST })],
      'error 4: Invalid command token',
    ],
    [
      'two beginnings',
      Array(2).fill(command(['a'], { status: FIRST })),
      'error 4: Invalid command token',
    ],
    ['too many arguments', [command(Array(4097).fill(''))], 'error 7: Too many arguments'],
    ['more than 64 KiB', [command([big])], 'error 8: Too much data'],
    [
      'too much data in pieces',
      [
        command([big.subarray(20)], { status: FIRST }),
        command([big.subarray(20)], { status: LAST }),
      ],
      'error 8: Too much data',
    ],
  ])('%s', async (_name, messages, answer) => {
    const { said: lines, records } = await answers(2, [...messages, NOOP], {
      limits: { commandBytes: 100_000 },
    });
    expect(lines).toEqual([answer, 'noop 3']);
    const refusals = records.map((each) => ('code' in each ? `error ${each.code}` : each.type));
    expect(refusals).toEqual(answer.startsWith('error') ? [answer.slice(0, 7)] : []);
  });

  test('an error without keep-alive is the last answer', async () => {
    const { said: lines, client } = await answers(1, [command([], { keepAlive: 0 }), NOOP]);
    expect(lines).toEqual(['error 5: Unknown command']);
    await client.ended();
  });
});

describe('messages that end the connection', () => {
  const beginning = command(['never'], { status: FIRST });
  const end = commandMessage(new Uint8Array(), { status: LAST });
  test.each([
    ['QUIT', [QUIT], []],
    ['QUIT inside a command', [beginning, QUIT], []],
    ['NOOP inside a command', [beginning, NOOP], ['error 9: Unexpected message']],
    [
      'an unknown type inside a command',
      [beginning, Buffer.of(2, 99)],
      ['error 9: Unexpected message'],
    ],
    ['another version inside a command', [beginning, Buffer.of(1, 1, 1, 3)], ['version 3']],
    ['a token that cannot be opened', [UNREADABLE], ['error 2: Invalid token']],
    ['an empty token', [new Uint8Array()], ['error 2: Invalid token']],
    ['such a token inside a command', [beginning, UNREADABLE], ['error 2: Invalid token']],
  ])('%s', async (_name, messages, expected) => {
    const { said: lines, client } = await answers(expected.length, [...messages, end, NOOP]);
    expect(lines).toEqual(expected);
    await client.ended();
  });

  test('a token that is too large', async () => {
    const { client, records } = await open();
    client.socket.write(Buffer.of(0x44, 0, 0x10, 0, 1));
    expect((await client.messages(1)).map(said)).toEqual(['error 2: Invalid token']);
    await client.ended();
    expect(records).toMatchObject([
      {
        type: 'connection',
        principal: 'alice@TEST',
        reason: 'error receiving token: token too large',
      },
    ]);
  });

  test('the largest token is read, and its command refused', async () => {
    const { client } = await open();
    client.message(commandMessage(Buffer.alloc(TOKEN_MAX_LENGTH - 9)), NOOP);
    expect((await client.messages(2)).map(said)).toEqual(['error 8: Too much data', 'noop 3']);
  });
});

test('a client that asks for a MIC gets one, whatever its protocol', async () => {
  const { client } = await open();
  client.send(TokenFlag.DATA | TokenFlag.SEND_MIC, NOOP);
  expect(await client.next()).toMatchObject({
    flags: TokenFlag.MIC,
    payload: Buffer.concat([Buffer.from(MIC_START), NOOP]),
  });
  expect((await client.messages(1)).map(said)).toEqual(['noop 3']);
});

describe('answers', () => {
  test('output of any length comes whole and in order, and the status last', async () => {
    const large = Buffer.alloc(1_000_000, 'large ');
    const { said: lines, client } = await answers(0, [command(['x'])], {
      // Nothing is awaited: the order is the server's.
      execute: async (_client, _command, reply) => {
        void reply.output(1, Buffer.from('first'));
        void reply.output(1, large);
        void reply.output(2, new Uint8Array());
        void reply.output(2, Buffer.from('second'));
        void reply.output(1, large);
        reply.status(255);
        void reply.output(1, Buffer.from('too late'));
        reply.error(1, 'too late');
      },
    });
    expect(lines).toEqual([]);
    const seen = { 1: [] as Buffer[], 2: [] as Buffer[] };
    for (;;) {
      const [message = Buffer.alloc(2)] = await client.messages(1);
      if (message[1] !== 3) {
        expect(said(message)).toBe('status 255');
        break;
      }
      expect(message.length).toBeLessThanOrEqual(MESSAGE_MAX_LENGTH);
      expect(message.readUInt32BE(3)).toBe(message.length - 7);
      seen[message[2] === 1 ? 1 : 2].push(message.subarray(7));
    }
    expect(Buffer.concat(seen[1]).equals(Buffer.concat([Buffer.from('first'), large, large]))).toBe(
      true,
    );
    expect(Buffer.concat(seen[2]).toString()).toBe('second');
    client.message(NOOP);
    expect((await client.messages(1)).map(said)).toEqual(['noop 3']);
  });

  test('an error may follow output', async () => {
    const { said: lines } = await answers(2, [command(['x'])], {
      execute: async (_client, _command, reply) => {
        await reply.output(2, Buffer.from('half'));
        reply.error(1, 'Internal failure');
      },
    });
    expect(lines).toEqual(['output 2: half', 'error 1: Internal failure']);
  });

  test.each([
    ['rejects', async () => Promise.reject(new Error('secret'))],
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['ends without an answer', async () => undefined],
  ])(
    'what runs commands %s: the client gets an error, and the connection goes on',
    async (name, execute) => {
      const { said: lines, records } = await answers(2, [command(['x']), NOOP], { execute });
      expect(lines).toEqual(['error 1: Internal failure', 'noop 3']);
      expect(records).toHaveLength(name.startsWith('ends') ? 0 : 1);
    },
  );

  test('a text that is longer than a message is cut', async () => {
    const { client } = await open({
      execute: async (_client, _command, reply) => reply.error(1, 'x'.repeat(100_000)),
    });
    client.message(command(['x']));
    const [message] = await client.messages(1);
    expect(message).toHaveLength(MESSAGE_MAX_LENGTH);
  });
});
