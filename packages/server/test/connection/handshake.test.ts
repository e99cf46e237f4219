/** The first tokens of a connection, before and without Kerberos. */
import { CONTEXT_TOKEN_FLAGS, FIRST_TOKEN_FLAGS, TokenFlag } from '@remctl/core/wire';
import { describe, expect, test } from 'vitest';
import type { Accept } from '../../src/connection/accept.js';
import { echo } from '../support/commands.js';
import { command, NOOP, said } from '../support/messages.js';
import { acceptPlain, CONTEXT_ANSWER, startPlainService } from '../support/plain-service.js';
import { connectRaw, openRaw } from '../support/raw-client.js';
import { turns } from '../support/turns.js';
import { until } from '../support/until.js';

const FIRST_TOKEN_FLAGS_V1 = FIRST_TOKEN_FLAGS & ~TokenFlag.PROTOCOL;

/** Accepts contexts when the test says so. */
function slowAccept(): { readonly accept: Accept; letIn(): void } {
  const waiting: (() => void)[] = [];
  return {
    async accept(token) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
      return acceptPlain(token);
    },
    letIn() {
      for (const resolve of waiting.splice(0)) {
        resolve();
      }
    },
  };
}

test('the first token’s payload is ignored', async () => {
  const { port } = await startPlainService({ execute: echo });
  const client = await connectRaw(port);
  client.send(FIRST_TOKEN_FLAGS, Buffer.from('ignored'));
  client.send(CONTEXT_TOKEN_FLAGS, Buffer.from('request'));
  expect(await client.next()).toEqual({
    flags: CONTEXT_TOKEN_FLAGS,
    payload: Buffer.from(CONTEXT_ANSWER),
  });
});

test('a handshake may come byte by byte, and commands with it', async () => {
  const { port } = await startPlainService({ execute: echo });
  const client = await connectRaw(port);
  client.socket.setNoDelay(true);
  const bytes: number[] = [];
  const collect = (token: Uint8Array, flags: number) => {
    const header = Buffer.of(flags, 0, 0, 0, token.length);
    bytes.push(...header, ...token);
  };
  collect(new Uint8Array(), FIRST_TOKEN_FLAGS);
  collect(Buffer.from('request'), CONTEXT_TOKEN_FLAGS);
  collect(command(['one', 'two']), 0x44);
  for (const byte of bytes) {
    client.socket.write(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await client.next())?.flags).toBe(CONTEXT_TOKEN_FLAGS);
  expect((await client.messages(2)).map(said)).toEqual(['output 1: one two', 'status 2']);
});

test('nothing of a command is looked at before the context stands', async () => {
  const { accept, letIn } = slowAccept();
  const { port } = await startPlainService({ execute: echo, accept });
  const client = await connectRaw(port);
  client.send(FIRST_TOKEN_FLAGS);
  client.send(CONTEXT_TOKEN_FLAGS, Buffer.from('request'));
  client.message(NOOP, command(['one']));
  await turns();
  expect(client.socket.bytesRead).toBe(0);
  letIn();
  expect((await client.next())?.flags).toBe(CONTEXT_TOKEN_FLAGS);
  expect((await client.messages(3)).map(said)).toEqual(['noop 3', 'output 1: one', 'status 1']);
});

describe('tokens that cannot begin a connection', () => {
  test.each([
    ['a context token first', [[CONTEXT_TOKEN_FLAGS]], 'bad token flags 66 in initial token'],
    ['a message first', [[0x44]], 'bad token flags 68 in initial token'],
    [
      'a message instead of a context token',
      [[FIRST_TOKEN_FLAGS], [0x44]],
      'bad token flags 68 in context token',
    ],
    [
      'two first tokens',
      [[FIRST_TOKEN_FLAGS], [FIRST_TOKEN_FLAGS]],
      'bad token flags 81 in context token',
    ],
  ])('%s', async (_name, tokens, reason) => {
    const { port, records, connections } = await startPlainService();
    const client = await connectRaw(port);
    for (const [flags = 0] of tokens) {
      client.send(flags);
    }
    await client.ended();
    await until(() => connections.count === 0);
    expect(records).toEqual([{ type: 'connection', address: '127.0.0.1', reason }]);
  });

  test.each([
    ['initial token', []],
    ['context token', [FIRST_TOKEN_FLAGS]],
  ])('an %s of more bytes than allowed is refused by its header', async (name, flags) => {
    const { port, records } = await startPlainService({ limits: { contextTokenBytes: 1000 } });
    const client = await connectRaw(port);
    for (const each of flags) {
      client.send(each);
    }
    client.socket.write(Buffer.of(CONTEXT_TOKEN_FLAGS, 0, 0, 0x03, 0xe9));
    await client.ended();
    expect(records).toMatchObject([{ reason: `error receiving ${name}: token too large` }]);
  });
});

describe('protocol 1', () => {
  const phases = [
    ['in the first token', FIRST_TOKEN_FLAGS_V1, CONTEXT_TOKEN_FLAGS],
    ['in the context token', FIRST_TOKEN_FLAGS, TokenFlag.CONTEXT],
    ['in both', FIRST_TOKEN_FLAGS_V1, TokenFlag.CONTEXT],
  ] as const;
  test.each(phases)('%s is refused', async (_name, first, context) => {
    let accepted = 0;
    const { port, records } = await startPlainService({
      accept: (token) => {
        accepted += 1;
        return acceptPlain(token);
      },
    });
    const client = await connectRaw(port);
    client.send(first);
    client.send(context, Buffer.from('request'));
    await client.ended();
    expect(accepted).toBe(0);
    expect(records).toMatchObject([
      { reason: 'the client speaks protocol 1, which is off: see the option protocol1' },
    ]);
  });

  test.each(phases)('%s is taken if it is allowed', async (_name, first, context) => {
    const { port } = await startPlainService({ protocol1: true });
    const client = await connectRaw(port);
    client.send(first);
    client.send(context, Buffer.from('request'));
    expect((await client.next())?.flags).toBe(TokenFlag.CONTEXT);
    client.send(TokenFlag.DATA, Buffer.alloc(4));
    expect((await client.next())?.flags).toBe(TokenFlag.DATA);
    await client.ended();
  });
});

test('a context without the flags that a connection needs ends', async () => {
  const { port, records } = await startPlainService({
    accept: async (token) => ({ ...(await acceptPlain(token)), hasFlags: false }),
  });
  const client = await openRaw(port);
  client.message(command(['never']));
  await client.ended();
  expect(records).toMatchObject([{ reason: 'client did not negotiate appropriate GSS-API flags' }]);
});

test('words of a client that has not authenticated cannot forge a line of the log', async () => {
  const { port, records } = await startPlainService({
    accept: () => Promise.reject(new Error('a ticket for \x1b[2J\nforged')),
  });
  const client = await connectRaw(port);
  client.send(FIRST_TOKEN_FLAGS);
  client.send(CONTEXT_TOKEN_FLAGS, Buffer.from('request'));
  await client.ended();
  expect(records).toMatchObject([
    { reason: 'GSS-API error while accepting context: a ticket for .[2J.forged' },
  ]);
});

describe('a client that goes away during the handshake', () => {
  test('is not logged if it has sent nothing', async () => {
    const { port, records, connections } = await startPlainService();
    const polite = await connectRaw(port);
    polite.socket.end();
    const rude = await connectRaw(port);
    rude.socket.resetAndDestroy();
    await polite.ended();
    await until(() => connections.count === 0);
    expect(records).toEqual([]);
  });

  test.each([
    ['initial token', Buffer.of(FIRST_TOKEN_FLAGS)],
    ['context token', Buffer.of(FIRST_TOKEN_FLAGS, 0, 0, 0, 0)],
    ['context token', Buffer.of(FIRST_TOKEN_FLAGS, 0, 0, 0, 0, CONTEXT_TOKEN_FLAGS, 0, 0, 0, 9, 1)],
  ])('is logged with the %s that did not come', async (name, bytes) => {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const { port, records, connections } = await startPlainService();
      const client = await connectRaw(port);
      client.socket.write(bytes);
      await until(() => client.socket.bytesWritten === bytes.length && connections.count === 1);
      await turns();
      client.socket[end]();
      await until(() => connections.count === 0);
      expect(records).toMatchObject([
        { type: 'connection', reason: `error receiving ${name}: unexpected end of file` },
      ]);
    }
  });

  test('leaves nothing behind while its context is accepted', async () => {
    const { accept, letIn } = slowAccept();
    const { port, connections } = await startPlainService({ accept });
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const client = await connectRaw(port);
      client.send(FIRST_TOKEN_FLAGS);
      client.send(CONTEXT_TOKEN_FLAGS, Buffer.from('request'));
      await until(() => connections.count === 1);
      await turns();
      client.socket[end]();
      await turns();
      letIn();
      await until(() => connections.count === 0);
    }
  });
});

test('a handshake that takes too long ends, whatever has come of it', async () => {
  const { port, records, connections } = await startPlainService({ limits: { handshake: 0.2 } });
  const silent = await connectRaw(port);
  const slow = await connectRaw(port);
  slow.send(FIRST_TOKEN_FLAGS);
  // Bytes that come do not make the time longer.
  const timer = setInterval(() => slow.socket.write(Buffer.of(0)), 20);
  slow.socket.write(Buffer.of(CONTEXT_TOKEN_FLAGS, 0, 0, 0xff));
  await Promise.all([silent.ended(), slow.ended()]);
  clearInterval(timer);
  await until(() => connections.count === 0);
  expect(records.map((each) => ('reason' in each ? each.reason : ''))).toEqual([
    'error receiving initial token: timed out',
    'error receiving context token: timed out',
  ]);
});
