/** What connections may take of a server, and for how long. */
import { CONTEXT_TOKEN_FLAGS, Continue, FIRST_TOKEN_FLAGS } from '@remctl/core/wire';
import { describe, expect, test } from 'vitest';
import type { Execute } from '../../src/execute.js';
import type { LogRecord } from '../../src/log/record.js';
import { echo, manualExecute } from '../support/commands.js';
import { command, NOOP, said } from '../support/messages.js';
import { acceptPlain, startPlainService } from '../support/plain-service.js';
import { connectRaw, openRaw, type RawClient } from '../support/raw-client.js';
import { until } from '../support/until.js';

const MIB = 1024 * 1024;

function reasons(records: readonly LogRecord[]): string[] {
  return records.map((each) => ('reason' in each ? each.reason : each.type));
}

describe('connections', () => {
  test('the oldest one that has not authenticated is dropped for a new one', async () => {
    const { port, connections, records } = await startPlainService({
      execute: echo,
      limits: { unauthenticated: 2 },
    });
    const genuine = await openRaw(port);
    const silent: RawClient[] = [];
    for (let at = 0; at < 5; at += 1) {
      silent.push(await connectRaw(port));
    }
    await Promise.all(silent.slice(0, 3).map((each) => each.ended()));
    await until(() => connections.count === 3);
    // Clients that authenticate are let in, and those that have stay.
    const another = await openRaw(port);
    for (const client of [genuine, another]) {
      client.message(command(['one']));
      expect((await client.messages(2)).map(said)).toEqual(['output 1: one', 'status 1']);
    }
    expect(records).toEqual([
      {
        type: 'server',
        reason:
          'more than 2 clients have not authenticated yet: the oldest are dropped (limits.unauthenticated)',
      },
    ]);
  });

  test('a new one is dropped if too many have authenticated', async () => {
    const { port, connections, records } = await startPlainService({ limits: { connections: 3 } });
    const clients = [await openRaw(port), await openRaw(port), await openRaw(port)];
    const fourth = await connectRaw(port);
    await fourth.ended();
    expect(connections.count).toBe(3);
    expect(records).toHaveLength(1);
    clients[0]?.socket.end();
    await until(() => connections.count === 2);
    await openRaw(port);
  });

  test('silent ones make room first if there are too many', async () => {
    const { port } = await startPlainService({ limits: { connections: 3 } });
    await openRaw(port);
    const silent = [await connectRaw(port), await connectRaw(port)];
    const genuine = await openRaw(port);
    await silent[0]?.ended();
    genuine.message(NOOP);
    expect((await genuine.messages(1)).map(said)).toEqual(['noop 3']);
  });
});

describe('silence', () => {
  const limits = { silence: 0.2 };

  test('a client that sends nothing is told so, and its connection ends', async () => {
    const { port, records } = await startPlainService({ limits });
    const client = await openRaw(port);
    expect((await client.messages(1)).map(said)).toEqual(['error 2: Invalid token']);
    await client.ended();
    expect(reasons(records)).toEqual(['error receiving token: timed out']);
  });

  test('half a token is silence too', async () => {
    const { port } = await startPlainService({ limits });
    const client = await openRaw(port);
    client.socket.write(Buffer.of(0x44, 0, 0));
    expect((await client.messages(1)).map(said)).toEqual(['error 2: Invalid token']);
    await client.ended();
  });

  test('a command may take longer', async () => {
    const { execute, begun } = manualExecute();
    const { port } = await startPlainService({ execute, limits });
    const client = await openRaw(port);
    client.message(command(['one']));
    await new Promise((resolve) => setTimeout(resolve, 500));
    begun[0]?.reply.status(0);
    begun[0]?.end();
    expect((await client.messages(1)).map(said)).toEqual(['status 0']);
    // The silence begins when the command has ended.
    expect((await client.messages(1)).map(said)).toEqual(['error 2: Invalid token']);
  });

  test('a client that takes nothing loses its command', async () => {
    const { port, connections, records } = await startPlainService({
      execute: endless(),
      limits,
    });
    const client = await openRaw(port);
    client.socket.pause();
    client.message(command(['one']));
    await until(() => records.length > 0 && connections.count === 0);
    expect(reasons(records)).toEqual(['error sending token: timed out']);
  });

  test('a client that takes something now and then keeps its command', async () => {
    const { port, records } = await startPlainService({ execute: endless(), limits });
    const client = await openRaw(port);
    client.socket.pause();
    client.message(command(['one']));
    for (let at = 0; at < 8; at += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      // Less would not empty the system's buffers, and nobody would see it.
      const enough = client.socket.bytesRead + 8 * MIB;
      client.socket.resume();
      await until(() => client.socket.bytesRead > enough);
      client.socket.pause();
    }
    expect(records).toEqual([]);
  });
});

/** Prints without an end, and counts the bytes that it was allowed to print. */
function endless(count: (bytes: number) => void = () => undefined): Execute {
  const output = Buffer.alloc(100_000, 'x');
  return async (_client, _command, reply, signal) => {
    while (!signal.aborted) {
      await reply.output(1, output);
      count(output.length);
    }
  };
}

describe('memory', () => {
  test('a client that reads nothing stops its command', async () => {
    let printed = 0;
    const { port } = await startPlainService({
      execute: endless((bytes) => {
        printed += bytes;
      }),
    });
    const client = await openRaw(port);
    client.socket.pause();
    client.message(command(['one']));
    let before = -1;
    while (printed > before) {
      before = printed;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // Buffers of the system, 256 KiB here, and what the test's client has read ahead.
    expect(printed).toBeLessThan(32 * MIB);
    client.socket.resume();
    await until(() => printed > before + MIB);
  });

  test('one output of many bytes takes no memory beside itself', async () => {
    const output = Buffer.alloc(100 * MIB, 'x');
    const { port } = await startPlainService({
      execute: async (_client, _command, reply) => {
        await reply.output(1, output);
      },
    });
    const client = await openRaw(port);
    client.socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    client.message(command(['one']));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * MIB);
  });

  test('answers that nobody reads stop a client that sends on', async () => {
    const { port, connections } = await startPlainService({ execute: echo });
    const client = await openRaw(port);
    client.socket.pause();
    const message = command(['x'.repeat(60_000)]);
    let sent = 0;
    let full = false;
    while (sent < 1000 && !full) {
      client.message(message);
      sent += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
      full = client.socket.writableLength > 2 * MIB;
    }
    expect(full).toBe(true);
    expect(connections.count).toBe(1);
    client.socket.resume();
    const statuses: string[] = [];
    while (statuses.length < sent) {
      const [answer = Buffer.alloc(0)] = await client.messages(1);
      if (answer[1] === 4) {
        statuses.push(said(answer));
      }
    }
  });

  test('what a client sends ahead waits in its own socket', async () => {
    const { execute, begun } = manualExecute();
    let endAll = false;
    const { port } = await startPlainService({
      execute: async (who, words, reply, signal) => {
        if (endAll) {
          reply.status(0);
        } else {
          await execute(who, words, reply, signal);
        }
      },
    });
    const client = await openRaw(port);
    client.message(command(['first']));
    await until(() => begun.length === 1);
    const before = process.memoryUsage().arrayBuffers;
    const large = command(['x'.repeat(60_000)]);
    for (let at = 0; at < 500; at += 1) {
      client.message(large);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    // The test's client holds what has not been sent: all but the system's buffers and 64 KiB here.
    const held = process.memoryUsage().arrayBuffers - before - client.socket.writableLength;
    expect(client.socket.writableLength).toBeGreaterThan(10 * MIB);
    expect(held).toBeLessThan(10 * MIB);
    endAll = true;
    begun[0]?.reply.status(0);
    begun[0]?.end();
    expect((await client.messages(501)).map(said)).toEqual(Array(501).fill('status 0'));
  });

  test('a client before authentication cannot make the server read on', async () => {
    const { port } = await startPlainService({ accept: () => new Promise(() => undefined) });
    const client = await connectRaw(port);
    client.send(FIRST_TOKEN_FLAGS);
    client.send(CONTEXT_TOKEN_FLAGS, Buffer.from('request'));
    client.socket.write(Buffer.alloc(20 * MIB));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(client.socket.writableLength).toBeGreaterThan(10 * MIB);
  });

  test('commands in pieces share a number of bytes', async () => {
    const { execute, begun } = manualExecute();
    const { port } = await startPlainService({ execute, limits: { allCommandBytes: 100 } });
    const [one, other] = [await openRaw(port), await openRaw(port)];
    const data = command(['x'.repeat(60)], { status: Continue.FIRST });
    const end = Buffer.of(2, 1, 1, Continue.LAST);
    one.message(data, end);
    await until(() => begun.length === 1);
    other.message(data);
    expect((await other.messages(1)).map(said)).toEqual(['error 8: Too much data']);
    begun[0]?.reply.status(0);
    begun[0]?.end();
    expect((await one.messages(1)).map(said)).toEqual(['status 0']);
    other.message(data, end);
    await until(() => begun.length === 2);
  });
});

test('one client’s endless output leaves others their turn', async () => {
  const { execute } = manualExecute();
  const spam = endless();
  const { port } = await startPlainService({
    execute: (client, words, reply, signal) =>
      (words.length === 1 ? spam : execute)(client, words, reply, signal),
  });
  const loud = await openRaw(port);
  loud.message(command(['spam']));
  loud.socket.resume();
  const client = await openRaw(port);
  for (let at = 0; at < 20; at += 1) {
    client.message(NOOP);
    expect((await client.messages(1)).map(said)).toEqual(['noop 3']);
  }
});

describe('close', () => {
  test('lets a command end, and no other begin', async () => {
    const { execute, begun } = manualExecute();
    const { port, connections } = await startPlainService({ execute });
    const [busy, idle, silent] = [await openRaw(port), await openRaw(port), await connectRaw(port)];
    busy.message(command(['one']), command(['two']));
    await until(() => begun.length === 1);
    const closed = connections.close();
    await Promise.all([idle.ended(), silent.ended()]);
    begun[0]?.reply.status(5);
    begun[0]?.end();
    expect((await busy.messages(1)).map(said)).toEqual(['status 5']);
    await busy.ended();
    await closed;
    expect(begun).toHaveLength(1);
  });

  test('aborts a command that takes longer than the grace', async () => {
    const { execute, begun } = manualExecute();
    const { port, connections, records } = await startPlainService({
      execute,
      limits: { grace: 0.1 },
    });
    const client = await openRaw(port);
    client.message(command(['one']));
    await until(() => begun.length === 1);
    await connections.close();
    expect(begun[0]?.signal.reason).toMatchObject({ message: 'the server closes' });
    expect(connections.count).toBe(0);
    await client.ended();
    expect(records).toEqual([]);
  });

  test('drop ends everything at once', async () => {
    const { execute, begun, running } = manualExecute();
    const { port, connections } = await startPlainService({ execute });
    const clients = [await openRaw(port), await openRaw(port), await connectRaw(port)];
    clients[0]?.message(command(['one']));
    await until(() => begun.length === 1);
    connections.drop();
    await Promise.all(clients.map((each) => each.ended()));
    await until(() => connections.count === 0);
    expect(running()).toBe(0);
    expect(begun[0]?.signal.reason).toMatchObject({
      message: 'the server dropped the connection',
    });
    await openRaw(port);
  });
});

test('a fault in one connection ends it alone', async () => {
  const { port, connections, records } = await startPlainService({
    execute: echo,
    accept: async (token) => {
      const accepted = await acceptPlain(token);
      if (Buffer.from(token).toString() === 'hello') {
        return accepted;
      }
      const wrap = () => {
        throw new Error('no memory');
      };
      return { ...accepted, context: { ...accepted.context, wrap } };
    },
  });
  const good = await openRaw(port);
  const bad = await openRaw(port, { token: Buffer.from('bad') });
  bad.message(command(['one']));
  await bad.ended();
  await until(() => connections.count === 1);
  good.message(NOOP);
  expect((await good.messages(1)).map(said)).toEqual(['noop 3']);
  expect(records).toEqual([
    {
      type: 'server',
      reason: 'internal failure in a message of a client at 127.0.0.1: no memory',
      error: new Error('no memory'),
    },
  ]);
});
